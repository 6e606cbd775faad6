/** Limits that agents, router and nodes share. Times in seconds or milliseconds and sizes in bytes, as the last word says. */
export const LIMITS = {
  requestBodyBytes: 2 * 1024 * 1024,
  urlLength: 4096,
  selectors: 50,
  selectorNameLength: 100,
  selectorLength: 1000,
  /** Levels of fields within fields. */
  selectorDepth: 3,
  /** Pages of one batch. */
  batchPages: 100,
  /** How old a shared copy of a page may be, and how long one is kept. */
  copyAgeMaxSeconds: 3600,
  /** Addresses that one map may list. */
  mapUrls: 5000,
  /** Proxies that a router may name. */
  scrapeProxies: 100,
  scrapeTimeoutDefaultSeconds: 30,
  scrapeTimeoutMaxSeconds: 60,
  codeBytes: 1024 * 1024,
  executeTimeoutDefaultSeconds: 30,
  executeMemoryDefaultMb: 256,
  executeMemoryMinMb: 16,
  sessionMinutesDefault: 10,
  sessionMinutesMax: 60,
  /** Calls of one session, and those of them that may wait for their turn. */
  sessionCalls: 1000,
  sessionCallsWaiting: 16,
  sessionCallSecondsDefault: 30,
  sessionCallSecondsMax: 300,
  /** What the last expression came to, as text. */
  sessionValueBytes: 64 * 1024,
  /** On top of a program's own time. */
  compileTimeoutSeconds: 30,
  /** Arguments, and as many variables; their bytes together. */
  args: 64,
  argsBytes: 64 * 1024,
  inputFiles: 32,
  inputFilesBytes: 1536 * 1024,
  pathLength: 200,
  outputBytesPerStream: 1024 * 1024,
  /** Output that is sent as it comes: bytes of a stream in one frame, and frames of a job that the router has not acknowledged. */
  outputFrameBytes: 32 * 1024,
  outputFramesInFlight: 8,
  /** A text frame: the signed header with its body. */
  frameBytes: 8 * 1024 * 1024,
  artifactBytes: 16 * 1024 * 1024,
  artifactsPerResult: 8,
  helloLeases: 1024,
} as const;
