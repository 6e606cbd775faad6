/** The only reader of the environment. */
export function readEnv(): Record<string, string | undefined> {
  return { ...process.env };
}
