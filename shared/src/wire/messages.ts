import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { ServiceSchema } from '../schemas/job.ts';
import { CapabilitiesSchema, NodeClassSchema } from '../schemas/node.ts';
import { ArtifactRefSchema } from '../schemas/payload.ts';

/** The version of the node protocol. A router refuses a node of another version and says which one it speaks. */
export const PROTOCOL_VERSION = 1;

const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Key = Type.String({ minLength: 32, maxLength: 44 });
const Nonce = Type.String({ minLength: 22, maxLength: 64 });
const Base = Type.String({ pattern: '^[0-9]{1,19}$' });
const UnixMs = Type.Integer({ minimum: 0 });
const Text = Type.String({ maxLength: 2000 });
const Leases = Type.Array(Uuid, { maxItems: LIMITS.helloLeases });
// Every message after the handshake names the session and its place in it, so that no frame can be played again.
const ordered = { session: Type.String({ minLength: 22, maxLength: 64 }), seq: Type.Integer({ minimum: 1 }) };

/** Router → node, first on every connection: a fresh nonce, signed by the key that the node has pinned. */
export const ChallengeSchema = Type.Object({
  type: Type.Literal('challenge'),
  protocol: Type.Integer(),
  router: Key,
  address: Type.String({
    maxLength: 500,
    description: 'The websocket address the router believes it is reached by.',
  }),
  nonce: Nonce,
  at: UnixMs,
});

/** Node → router: who it is, what it can do, and what it still holds; signed together with both nonces. */
export const HelloSchema = Type.Object({
  type: Type.Literal('hello'),
  protocol: Type.Integer(),
  node: Key,
  nonce: Nonce,
  node_nonce: Nonce,
  address: Type.String({ maxLength: 500 }),
  name: Type.String({ maxLength: 80 }),
  class: NodeClassSchema,
  version: Type.String({ maxLength: 40 }),
  wallet: Type.Union([
    Type.Object({
      address: Key,
      signature: Type.String({ maxLength: 100, description: 'By the wallet, over walletStatement().' }),
    }),
    Type.Null(),
  ]),
  capabilities: CapabilitiesSchema,
  /** Attempts that still run here. */
  leases: Leases,
  /** Attempts whose results wait to be acknowledged. */
  results: Leases,
});

const DomainPatterns = Type.Array(Type.String({ maxLength: 260 }), { maxItems: 2000 });

/**
 * Router → node: accepted. `leases` is the authoritative list; the node drops what is not on it. `address` is the node's own as
 * the router sees it, `scrape_domains` what the network lets pages be fetched from; a node refuses both kinds of address. `scrape_proxies` are
 * proxies that scrapes go out by, unless the node's operator has some or wants none.
 */
export const WelcomeSchema = Type.Object({
  type: Type.Literal('welcome'),
  ...ordered,
  leases: Leases,
  heartbeat_ms: Type.Integer({ minimum: 100 }),
  address: Type.Optional(Type.String({ maxLength: 100 })),
  scrape_domains: Type.Optional(Type.Object({ blocked: DomainPatterns, allowed: DomainPatterns })),
  scrape_proxies: Type.Optional(
    Type.Array(Type.String({ maxLength: 500 }), { maxItems: LIMITS.scrapeProxies }),
  ),
});

/** Router → node: one job, leased until `deadline`. The body of the frame is the request as JSON. */
export const JobMessageSchema = Type.Object({
  type: Type.Literal('job'),
  ...ordered,
  attempt_id: Uuid,
  job_id: Uuid,
  service: ServiceSchema,
  request_sha256: Sha256,
  deadline: UnixMs,
  node_share: Base,
  /** For a page: what other nodes left of its request's timeout; all of it where this is missing. */
  time_left_ms: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Somebody listens: the node sends the program's output as it comes. */
  stream: Type.Optional(Type.Boolean()),
  body_sha256: Sha256,
});

/** Node → router: takes the job back to the queue at once, with the reason. */
export const RefuseSchema = Type.Object({
  type: Type.Literal('refuse'),
  ...ordered,
  attempt_id: Uuid,
  reason: Type.Union([
    Type.Literal('busy'),
    Type.Literal('draining'),
    Type.Literal('deadline'),
    Type.Literal('unsupported'),
    Type.Literal('invalid'),
    Type.Literal('unknown_lease'),
  ]),
  message: Text,
});

/**
 * Node → router: the outcome of an attempt. The body of the frame is the payload in RFC 8785 form; this header, letter for
 * letter, is the node's statement in the receipt. `completed` is charged for, `failed` is not.
 */
export const ResultSchema = Type.Object({
  type: Type.Literal('result'),
  ...ordered,
  node: Key,
  attempt_id: Uuid,
  job_id: Uuid,
  service: ServiceSchema,
  request_sha256: Sha256,
  outcome: Type.Union([Type.Literal('completed'), Type.Literal('failed')]),
  /** For `failed`: whether another node could do better. */
  retryable: Type.Boolean(),
  started_at: UnixMs,
  finished_at: UnixMs,
  artifacts: Type.Array(ArtifactRefSchema, { maxItems: LIMITS.artifactsPerResult }),
  /** For a request with `max_age`: the node's signature over `copyStatement()`, with which a copy can be proven to others. */
  copy: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' })),
  body_sha256: Sha256,
});

/**
 * Node → router, only for a job that asked for it: output of a program as it comes. The body of the frame is the text, whole
 * characters only. It is for those who watch; the result stays the authority.
 */
export const OutputSchema = Type.Object({
  type: Type.Literal('output'),
  ...ordered,
  attempt_id: Uuid,
  stream: Type.Union([Type.Literal('stdout'), Type.Literal('stderr')]),
  /** Bytes of the stream before this frame. More than the frames so far have had: the rest was left out. */
  offset: Type.Integer({ minimum: 0 }),
  /** Bytes of the stream that the text was read from. */
  bytes: Type.Integer({ minimum: 0, maximum: LIMITS.outputFrameBytes }),
  body_sha256: Sha256,
});

/** Router → node: as many `output` frames of the attempt have been taken in this session. It makes room for more. */
export const OutputAckSchema = Type.Object({
  type: Type.Literal('output_ack'),
  ...ordered,
  attempt_id: Uuid,
  frames: Type.Integer({ minimum: 1 }),
});

/** Node → router: the kernel of a session answers. Its minutes count from the moment at which the router takes this in. */
export const SessionReadySchema = Type.Object({
  type: Type.Literal('session_ready'),
  ...ordered,
  attempt_id: Uuid,
});

/** Router → node: runs a program in a session's kernel, after those that came before it. The body of the frame is a `SessionCall` as JSON. */
export const CallSchema = Type.Object({
  type: Type.Literal('call'),
  ...ordered,
  attempt_id: Uuid,
  call_id: Uuid,
  body_sha256: Sha256,
});

/**
 * Node → router: how a call ended. The body of the frame is a `SessionCallPayload` in RFC 8785 form; this header, letter for letter, is the node's
 * statement about the call, and the result of the session names it again.
 */
export const CallResultSchema = Type.Object({
  type: Type.Literal('call_result'),
  ...ordered,
  node: Key,
  attempt_id: Uuid,
  job_id: Uuid,
  call_id: Uuid,
  code_sha256: Sha256,
  started_at: UnixMs,
  finished_at: UnixMs,
  body_sha256: Sha256,
});

/** Router → node: the agent is done with its session; what runs in it is stopped, and its result follows. */
export const CloseSessionSchema = Type.Object({
  type: Type.Literal('close_session'),
  ...ordered,
  attempt_id: Uuid,
});

/** Router → node: the result is on record and need not be kept. `earned` is what this attempt earned, in base units. */
export const AckSchema = Type.Object({
  type: Type.Literal('ack'),
  ...ordered,
  attempt_id: Uuid,
  verdict: Type.Union([
    Type.Literal('paid'),
    Type.Literal('unpaid'),
    Type.Literal('late'),
    Type.Literal('unknown'),
    Type.Literal('invalid'),
  ]),
  earned: Base,
  message: Text,
});

/** Node → router, at every heartbeat interval. */
export const HeartbeatSchema = Type.Object({ type: Type.Literal('heartbeat'), ...ordered, leases: Leases });

/** Router → node, the answer to a heartbeat: the authoritative list of this node's leases. */
export const LeasesSchema = Type.Object({ type: Type.Literal('leases'), ...ordered, leases: Leases });

/** Router → node: stop this attempt, its lease is over. */
export const CancelSchema = Type.Object({
  type: Type.Literal('cancel'),
  ...ordered,
  attempt_id: Uuid,
  reason: Text,
});

/** Node → router: no new jobs, please; what runs is finished first. */
export const DrainSchema = Type.Object({ type: Type.Literal('drain'), ...ordered });

/** Either way: the last word before closing, with the reason. */
export const ByeSchema = Type.Object({
  type: Type.Literal('bye'),
  ...ordered,
  code: Type.String({ maxLength: 60 }),
  message: Text,
});

export type Challenge = Static<typeof ChallengeSchema>;
export type Hello = Static<typeof HelloSchema>;
export type Welcome = Static<typeof WelcomeSchema>;
export type JobMessage = Static<typeof JobMessageSchema>;
export type Refuse = Static<typeof RefuseSchema>;
export type Result = Static<typeof ResultSchema>;
export type Output = Static<typeof OutputSchema>;
export type OutputAck = Static<typeof OutputAckSchema>;
export type SessionReady = Static<typeof SessionReadySchema>;
export type Call = Static<typeof CallSchema>;
export type CallResult = Static<typeof CallResultSchema>;
export type CloseSession = Static<typeof CloseSessionSchema>;
export type Ack = Static<typeof AckSchema>;
export type Heartbeat = Static<typeof HeartbeatSchema>;
export type Leases = Static<typeof LeasesSchema>;
export type Cancel = Static<typeof CancelSchema>;
export type Drain = Static<typeof DrainSchema>;
export type Bye = Static<typeof ByeSchema>;

/** What a node may send after its hello, and what a router may send after its challenge. No type is in both but `bye`. */
export const FromNodeSchema = Type.Union([
  ResultSchema,
  OutputSchema,
  SessionReadySchema,
  CallResultSchema,
  HeartbeatSchema,
  RefuseSchema,
  DrainSchema,
  ByeSchema,
]);
export const FromRouterSchema = Type.Union([
  WelcomeSchema,
  JobMessageSchema,
  AckSchema,
  OutputAckSchema,
  CallSchema,
  CloseSessionSchema,
  LeasesSchema,
  CancelSchema,
  ByeSchema,
]);
export type FromNode = Static<typeof FromNodeSchema>;
export type FromRouter = Static<typeof FromRouterSchema>;
