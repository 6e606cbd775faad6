export { canonicalJson, sha256Hex } from './canonical.ts';
export { type CopyStatement, copyKey, copyStatement, readCopyStatement } from './copy.ts';
export { AppError, type AppErrorOptions, type Problem, toProblem } from './errors/app-error.ts';
export { ERRORS, type ErrorCode, type ErrorEntry, isErrorCode } from './errors/catalogue.ts';
export { executeFault, type RequestFault } from './execute-fault.ts';
export {
  type AttemptId,
  createAttemptId,
  createJobId,
  type JobId,
  type NodeId,
  parseJobId,
  parseNodeId,
  parseWallet,
  publicKeyBytes,
  type Wallet,
} from './ids.ts';
export { LIMITS } from './limits.ts';
export {
  BASE_PER_WATT,
  type BaseUnits,
  base,
  DEFAULT_SHARES,
  formatWatt,
  parseWatt,
  type Shares,
  type Split,
  splitPrice,
  WATT_DECIMALS,
  watt,
  wattNumber,
} from './money.ts';
export { type AddressFault, classifyAddress, isInPrefixes } from './net/address.ts';
export { type AllowedTarget, isAllowedTarget, parseAllowedTargets } from './net/allowed-target.ts';
export { DEFAULT_BLOCKED_DOMAINS } from './net/blocked-domains.ts';
export { type DomainList, type DomainRefusal, type ListOwner, refuseDomain } from './net/domain-list.ts';
export {
  type DomainPattern,
  matchesDomain,
  parseDomainPattern,
  parseDomainPatterns,
} from './net/domain-pattern.ts';
export { normaliseHost } from './net/host-name.ts';
export { isLocalName } from './net/local-name.ts';
export { parseUrl } from './net/parse-url.ts';
export { parseScrapeProxies, type ScrapeProxy } from './net/proxy-list.ts';
export { DEFAULT_WEB_PORTS, parsePorts } from './net/web-ports.ts';
export { type ParsedField, parseSelectors, SelectorFault } from './parse-selectors.ts';
export {
  commitmentMemo,
  depositWallet,
  memosForJob,
  normaliseMemo,
  X402_MEMO_PREFIX,
} from './payment-memo.ts';
export {
  DEFAULT_PRICES,
  type ExecuteTier,
  type Price,
  type PriceLine,
  type PriceTable,
  priceExecute,
  priceScrape,
  priceSession,
  type SessionTier,
} from './pricing.ts';
export {
  type NodeStatement,
  type ReceiptCheck,
  type ReceiptExpectations,
  signedPart,
  signReceipt,
  verifyReceipt,
} from './receipt.ts';
export {
  type BatchPage,
  BatchPageSchema,
  type BatchSummary,
  BatchSummarySchema,
  type BatchView,
  type ScrapeBatchBody,
  ScrapeBatchBodySchema,
} from './schemas/batch.ts';
export { checkScrapeOptions, type OptionFault } from './schemas/check-scrape-options.ts';
export {
  COMPILED_LANGUAGES,
  type ExecuteBody,
  ExecuteBodySchema,
  type ExecuteRequest,
  LANGUAGES,
  type Language,
  normaliseExecute,
} from './schemas/execute.ts';
export { ISOLATIONS, type Isolation, IsolationSchema, isIsolatedAtLeast } from './schemas/isolation.ts';
export {
  type JobState,
  JobStateSchema,
  type JobView,
  JobViewSchema,
  SERVICES,
  type Service,
  ServiceSchema,
} from './schemas/job.ts';
export { type MapBody, MapBodySchema, normaliseMap, type SiteMapWish } from './schemas/map.ts';
export {
  type Capabilities,
  CapabilitiesSchema,
  type NodeClass,
  NodeClassSchema,
  type NodePayoutView,
  type NodeState,
  NodeStateSchema,
  type NodeView,
  NodeViewSchema,
} from './schemas/node.ts';
export {
  type Artifact,
  type ArtifactRef,
  ArtifactRefSchema,
  type Cache,
  ExecutePayloadSchema,
  type FailurePayload,
  FailurePayloadSchema,
  ScrapePayloadSchema,
} from './schemas/payload.ts';
export {
  type PaymentDetails,
  PaymentDetailsSchema,
  QuantitySchema,
  type Quote,
  type QuoteBody,
  QuoteBodySchema,
  QuoteSchema,
} from './schemas/quote.ts';
export { type Receipt, type ReceiptFacts, ReceiptFactsSchema, ReceiptSchema } from './schemas/receipt.ts';
export { normaliseScrape, type ScrapeBody, ScrapeBodySchema, type ScrapeRequest } from './schemas/scrape.ts';
export type { ExtraScrapeOptions, PageAction } from './schemas/scrape-options.ts';
export type { SelectorField, SelectorObject } from './schemas/selectors.ts';
export {
  normaliseSession,
  SESSION_LANGUAGES,
  type SessionBody,
  SessionBodySchema,
  type SessionCall,
  type SessionCallBody,
  SessionCallBodySchema,
  type SessionCallPayload,
  SessionCallPayloadSchema,
  SessionCallSchema,
  type SessionEnd,
  type SessionLanguage,
  type SessionPayload,
  SessionPayloadSchema,
  type SessionRequest,
} from './schemas/session.ts';
export type { SessionCallView, SessionState, SessionView } from './schemas/session-view.ts';
export { assertSelector } from './scrape-selector.ts';
export {
  createSigningKey,
  type SigningKey,
  signingKeyFromSecret,
  verifySignature,
} from './signing/ed25519.ts';
export { type SignatureDomain, signText, verifyText, walletStatement } from './signing/signed-text.ts';
export { assertCanMove, canMove, statesBefore, type TransitionTable } from './transitions.ts';
export { type SessionCallExpectations, verifySessionCall } from './verify-session-call.ts';
export { decodeArtifactFrame, encodeArtifactFrame } from './wire/artifact-frame.ts';
export { encodeFrame, type Frame, type FrameFault, openFrame, parseJson, splitFrame } from './wire/frame.ts';
export {
  type Ack,
  type Bye,
  type Call,
  type CallResult,
  type Cancel,
  type Challenge,
  ChallengeSchema,
  type CloseSession,
  type Drain,
  type FromNode,
  FromNodeSchema,
  type FromRouter,
  FromRouterSchema,
  type Heartbeat,
  type Hello,
  HelloSchema,
  type JobMessage,
  type Leases,
  type Output,
  type OutputAck,
  PROTOCOL_VERSION,
  type Refuse,
  type Result,
  ResultSchema,
  type SessionReady,
  type Welcome,
} from './wire/messages.ts';
export {
  createFrameReader,
  createFrameWriter,
  type FrameReaderOptions,
  messageTypes,
  type OrderedFault,
  type OrderedFrame,
  type Unordered,
} from './wire/ordered-frames.ts';
export { createNonce, sessionId } from './wire/session.ts';
