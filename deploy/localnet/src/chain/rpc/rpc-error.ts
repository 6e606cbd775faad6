/** Codes of JSON-RPC 2.0 and of Agave's `rpc_custom_error`. */
export const RPC_CODE = {
  simulationFailed: -32002,
  signatureFailure: -32003,
  blockNotAvailable: -32004,
  nodeUnhealthy: -32005,
  unsupportedTransactionVersion: -32015,
  minContextSlotNotReached: -32016,
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** Not in the JSON-RPC range: what public nodes put into the body of a 429. */
  tooManyRequests: 429,
} as const;

/** An error that is answered to the caller as JSON-RPC `error`. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(message: string, options: ErrorOptions & { code: number; data?: unknown }) {
    super(message, options);
    this.code = options.code;
    this.data = options.data;
  }
}

export function invalidParams(message: string, options?: ErrorOptions): RpcError {
  return new RpcError(message, { code: RPC_CODE.invalidParams, ...options });
}
