type LogLine = (facts: object, message: string) => void;

/** The part of pino that the node uses. */
export interface NodeLogger {
  debug: LogLine;
  info: LogLine;
  warn: LogLine;
  error: LogLine;
}
