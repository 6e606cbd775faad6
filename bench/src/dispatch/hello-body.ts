/** The job of every contender: the specification's own example. */
export const HELLO_BODY = {
  language: 'python',
  code: "print('Hello, WATT!')",
  timeout: 30,
  memory_mb: 256,
} as const;
