/**
 * Stripe's HTTP answers: what the transform keeps of them, and what that means.
 *
 * Errors: https://docs.stripe.com/api/errors. The HTTP status alone decides
 * nothing that matters: a proxy may answer 200 for Stripe's errors.
 */
import type { Reason } from './contract.js';
import { isObject } from './json.js';
import { readSession, writeSession, type Session } from './session.js';

/** Why a lookup could not tell. */
export type Setback = Exclude<Reason, 'unsettled'>;

/** What a lookup has come to. */
export type Outcome =
  | { kind: 'session'; session: Session }
  | { kind: 'not_found' }
  | { kind: 'unavailable'; reason: Setback };

/** What the transform leaves of an answer, as JSON. */
interface Reduced {
  http_status: number;
  session?: unknown;
  /** Without its message, which may quote the key; of that only whether it is about a session's id. */
  error?: { type?: unknown; code?: unknown; about_id?: boolean };
}

/**
 * What the transform keeps of an answer: a session's few fields, or an error's
 * type and code, or nothing. Every node makes the same of the same answer;
 * personal data, request ids and messages end here.
 */
export function reduceAnswer(http_status: number, body: string): string {
  const json = parse(body);
  const reduced: Reduced = { http_status };
  const session = readSession(json);
  if (session) reduced.session = writeSession(session);
  else if (isObject(json) && isObject(json.error)) {
    const { type, code, message } = json.error;
    reduced.error = { type: word(type), code: word(code), about_id: isAboutId(message) || undefined };
  }
  return JSON.stringify(reduced);
}

/** What an answer, as {@link reduceAnswer} left it, means for the session asked for. */
export function interpret(id: string, reduced: string): Outcome {
  const json = parse(reduced);
  const { http_status, session: kept, error = {} } = (isObject(json) ? json : {}) as Partial<Reduced>;
  const session = readSession(kept);
  if (!session) return interpretError(http_status, error);
  // Another session's answer, as a proxy with a stale cache may give, says nothing about this one.
  return session.id === id ? { kind: 'session', session } : { kind: 'unavailable', reason: 'stripe_error' };
}

/** What only the merchant can mend: a key that is wrong, expired or may not read sessions. */
const MISCONFIGURED: unknown[] = ['api_key_expired', 'more_permissions_required', 'secret_key_required'];
const RATE_LIMITED: unknown[] = ['rate_limit', 'lock_timeout'];

function interpretError(status: number | undefined, { type, code, about_id }: NonNullable<Reduced['error']>): Outcome {
  if (status === 401 || status === 403 || MISCONFIGURED.includes(code)) return { kind: 'unavailable', reason: 'misconfigured' };
  if (status === 429 || RATE_LIMITED.includes(code)) return { kind: 'unavailable', reason: 'rate_limited' };
  if (code === 'resource_missing') return { kind: 'not_found' };
  // What Stripe says of an id that it does not take for one has no code; other mistakes, ours among them, have none either.
  if (type === 'invalid_request_error' && code === undefined && about_id) return { kind: 'not_found' };
  return { kind: 'unavailable', reason: 'stripe_error' };
}

/**
 * What a call of `http_request` that was not answered means. The management
 * canister tells the cases apart by its messages only.
 * @param error what Azle rejects the call with. A cleanup after a trap is thrown on: it is no answer.
 */
export function outcomeOfReject(error: unknown): Outcome {
  const { type, rejectMessage } = (isObject(error) ? error : {}) as { type?: unknown; rejectMessage?: unknown };
  if (type === 'InsufficientLiquidCycleBalance') return { kind: 'unavailable', reason: 'low_cycles' };
  if (type !== 'CallRejected' && type !== 'CallPerformFailed') throw error;
  const message = typeof rejectMessage === 'string' ? rejectMessage : '';
  if (/exceeds .*limit/i.test(message)) return { kind: 'unavailable', reason: 'too_large' };
  return { kind: 'unavailable', reason: 'stripe_unreachable' };
}

function isAboutId(message: unknown): boolean {
  return typeof message === 'string' && /cs_(test|live)_/.test(message) && !/\bURL\b/.test(message);
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z_]{1,60}$/.test(value) ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // HTML, or nothing at all
  }
}
