export interface SupervisorJob {
  /** 32 hexadecimal digits; the supervisor's last frame carries it. */
  nonce: string;
  timeoutMs: number;
  /** Bytes that the supervisor passes on from stdout and stderr each. */
  outputBytes: number;
  file: string;
  command: readonly string[];
  source: Uint8Array;
}

/** The bytes that give a supervisor its one job. Format: the head of `images/sandbox/supervisor.c`. */
export function encodeJobFrame(job: SupervisorJob): Buffer {
  const strings = [job.file, ...job.command];
  if (strings.some((text) => text.includes('\0'))) throw new Error('a NUL byte in a command');
  const head = `watt1 ${job.nonce} ${job.timeoutMs} ${job.outputBytes} ${job.source.length} ${job.command.length}\n`;
  return Buffer.concat([
    Buffer.from(head),
    Buffer.from(strings.map((text) => `${text}\0`).join('')),
    job.source,
  ]);
}
