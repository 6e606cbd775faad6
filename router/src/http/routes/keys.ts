import { AppError } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import {
  createApiKey,
  insertKey,
  listKeys,
  requireScope,
  requireWalletSignature,
  revokeKey,
  SCOPES,
  type Scope,
  type StoredKey,
} from '../../access/access.ts';
import { amountFields, readAmount } from '../../balance/balance.ts';
import type { Context } from '../../context.ts';
import { assertText, countedAs, createValidator, fieldError } from '../../intake/intake.ts';
import { emptyBody } from '../empty-body.ts';
import type { RawBody } from '../raw-body.ts';
import { pageOf, readCursor, readLimit } from '../read-page.ts';
import { receivedCall } from '../received-call.ts';

interface KeyBody {
  name: string;
  scopes: Scope[];
  budget_per_job?: string | number;
  budget_per_day?: string | number;
  expires_at?: string;
}

const Amount = Type.Union([Type.Number(), Type.String({ maxLength: 30 })]);
const validate = createValidator<KeyBody>(
  Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 100 }),
      scopes: Type.Array(Type.Union(SCOPES.map((scope) => Type.Literal(scope))), {
        minItems: 1,
        maxItems: SCOPES.length,
        uniqueItems: true,
      }),
      budget_per_job: Type.Optional(Amount),
      budget_per_day: Type.Optional(Amount),
      expires_at: Type.Optional(Type.String({ maxLength: 40 })),
    },
    { additionalProperties: false },
  ),
);
const KEY_ID = /^[1-9A-HJ-NP-Za-km-z]{8,20}$/;

/** `POST`, `GET /api/v1/keys` and `DELETE /api/v1/keys/:id`: keys that spend a wallet's balance. Only the wallet itself makes one. */
export function keyRoutes(app: FastifyInstance, context: Context): void {
  const { database, authenticate, config, clock, randomBytes, rateLimits } = context;

  app.post<{ Body: RawBody | undefined }>('/api/v1/keys', async (request, reply) => {
    const { json } = request.body ?? emptyBody();
    const authority = requireWalletSignature(await authenticate(receivedCall(request)));
    const { wallet } = authority;
    const body = validate(json);
    assertText('name', body.name);
    await rateLimits.countOther('API keys', countedAs({ authority, address: request.ip }));
    const made = createApiKey(config.access.keyEnvironment, randomBytes);
    const stored = await insertKey(database.sql, {
      id: made.id,
      wallet,
      name: body.name,
      secretSha256: made.secretSha256,
      scopes: body.scopes,
      budgetPerJob: readBudget('budget_per_job', body.budget_per_job),
      budgetPerDay: readBudget('budget_per_day', body.budget_per_day),
      expiresAt: readExpiry(body.expires_at, clock()),
    });
    if (!stored) throw new AppError('KEY_LIMIT_REACHED');
    // The one time that the secret is shown: nobody shall keep a copy on the way.
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ success: true, key: made.text, ...keyView(stored) });
  });

  app.get<{ Querystring: Record<string, string | undefined> }>('/api/v1/keys', async (request) => {
    const { wallet } = requireScope(await authenticate(receivedCall(request)), 'read');
    const limit = readLimit(request.query);
    const after = readCursor(request.query, KEY_ID);
    const keys = await listKeys(database.sql, { wallet, after, limit: limit + 1 });
    const { rows, next } = pageOf(keys, limit, (key) => key.id);
    return {
      success: true,
      keys: rows.map((key) => ({ ...keyView(key), ...amountFields('spent_today', key.spentToday) })),
      next,
    };
  });

  app.delete<{ Params: { id: string } }>('/api/v1/keys/:id', async (request) => {
    const { id } = request.params;
    const authority = await authenticate(receivedCall(request));
    // A key that got into wrong hands can be ended by whoever holds it.
    const { wallet } = authority?.keyId === id ? authority : requireWalletSignature(authority);
    const revoked = KEY_ID.test(id) ? await revokeKey(database.sql, { id, wallet }) : null;
    if (!revoked) throw new AppError('KEY_NOT_FOUND', { extra: { key_id: id } });
    return { success: true, ...keyView(revoked) };
  });
}

function readBudget(field: string, value: string | number | undefined): bigint | null {
  if (value === undefined) return null;
  const units = readAmount(value);
  if (units !== null) return units;
  throw fieldError({
    field,
    message: 'is not an amount above zero',
    fix: 'Give WATT as a number or a decimal string with at most 6 decimals, or leave it out.',
  });
}

function readExpiry(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const at = Date.parse(value);
  if (/^\d{4}-\d\d-\d\dT/.test(value) && at > now) return at;
  throw fieldError({
    field: 'expires_at',
    message: 'is not a time to come',
    fix: 'Give an ISO 8601 time such as 2030-01-31T00:00:00Z, or leave it out.',
  });
}

function keyView(key: StoredKey) {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    key_id: key.id,
    name: key.name,
    wallet: key.wallet,
    scopes: key.scopes,
    ...(key.budgetPerJob !== null && amountFields('budget_per_job', key.budgetPerJob)),
    ...(key.budgetPerDay !== null && amountFields('budget_per_day', key.budgetPerDay)),
    created_at: time(key.createdAt),
    expires_at: time(key.expiresAt),
    revoked_at: time(key.revokedAt),
    last_used_at: time(key.lastUsedAt),
  };
}
