/** What one job may take. The container's settings are made from these. */
export interface SandboxLimits {
  /** Largest `memory_mb` and `timeout` that this node takes. */
  maxMemoryMb: number;
  maxTimeoutSeconds: number;
  codeBytes: number;
  /** For stdout and stderr each. */
  outputBytes: number;
  /** For all artifacts of a job together. */
  artifactBytes: number;
  /** Processes and threads together. Node alone needs eleven; OpenBLAS starts one for each core. */
  pids: number;
  cpus: number;
  /** Size of /tmp. It counts as memory, so a job never gets more than half of its memory here. */
  tmpMb: number;
  tmpInodes: number;
  openFiles: number;
  sharedMemoryMb: number;
}

export const DEFAULT_SANDBOX_LIMITS: SandboxLimits = {
  maxMemoryMb: 1024,
  maxTimeoutSeconds: 300,
  codeBytes: 1024 * 1024,
  outputBytes: 1024 * 1024,
  artifactBytes: 8 * 1024 * 1024,
  pids: 64,
  cpus: 1,
  tmpMb: 64,
  tmpInodes: 16_384,
  openFiles: 256,
  sharedMemoryMb: 16,
};
