const HEADER_BYTES = 192;

export interface SupervisorFile {
  /** Below the working directory. */
  path: string;
  bytes: Uint8Array;
}

export interface SupervisorJob {
  /** 32 hexadecimal digits; the supervisor's last frame carries it. */
  nonce: string;
  /** Gives the program to the interpreter that waits in this container; its command, arguments and environment are then fixed. */
  resume: boolean;
  timeoutMs: number;
  /** Bytes that the supervisor passes on from stdout and stderr each. */
  outputBytes: number;
  command: readonly string[];
  /** Set on top of the container's own. */
  env: Readonly<Record<string, string>>;
  stdin: Uint8Array;
  /** The first one is the program. */
  files: readonly SupervisorFile[];
  /** Paths of files to send back, and the bytes that all of them together may have. */
  artifacts: readonly string[];
  artifactBytes: number;
  compile?: { command: readonly string[]; timeoutMs: number } | undefined;
}

/** The bytes that give a supervisor its one job. Format: the head of `images/sandbox/supervisor.c`. */
export function encodeJobFrame(job: SupervisorJob): Buffer {
  const env = Object.entries(job.env).map(([name, value]) => `${name}=${value}`);
  const compile = job.compile?.command ?? [];
  const files = job.files.flatMap(({ path, bytes }) => [path, String(bytes.length)]);
  const strings = [...compile, ...job.command, ...env, ...files, ...job.artifacts];
  if (strings.some((text) => text.includes('\0'))) throw new Error('a NUL byte in a command');
  const text = Buffer.from(strings.map((one) => `${one}\0`).join(''));
  const head = [
    ...['watt2', job.nonce, job.resume ? 1 : 0, job.timeoutMs, job.compile?.timeoutMs ?? 0, job.outputBytes],
    ...[job.artifactBytes, compile.length, job.command.length, env.length, job.files.length],
    ...[job.artifacts.length, text.length, job.stdin.length],
  ];
  return Buffer.concat([
    Buffer.from(head.join(' ').padEnd(HEADER_BYTES)),
    text,
    job.stdin,
    ...job.files.map(({ bytes }) => bytes),
  ]);
}
