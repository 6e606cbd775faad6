type LogLine = (facts: object, message: string) => void;

/** The part of pino that the hub uses. */
export interface HubLogger {
  debug: LogLine;
  info: LogLine;
  warn: LogLine;
  error: LogLine;
}
