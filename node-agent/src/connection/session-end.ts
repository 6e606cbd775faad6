/** Why a session or an attempt to have one is over. */
export interface SessionEnd {
  /** A code of the router's `bye`, a fault of the protocol, or one of ours: `unreachable`, `lost`, `wrong_router_key`, `stopped`. */
  code: string;
  /** For people. */
  message: string;
}

/** No session came about. */
export class ConnectFault extends Error {
  override readonly name = 'ConnectFault';
  readonly code: string;

  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
