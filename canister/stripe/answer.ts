/**
 * Stripe's HTTP answers: what the transform keeps of them, and what that means.
 *
 * Errors: https://docs.stripe.com/api/errors. The HTTP status alone decides
 * nothing that matters: a proxy may answer 200 for Stripe's errors.
 */
import type { Reason } from '../contract.js';
import { isObject } from '../encoding/json.js';
import { readSession, writeSession, type Session } from './session.js';

/** Why a lookup could not tell. */
export type Setback = Exclude<Reason, 'unsettled'>;

/** That Stripe could not be asked, or did not answer as it should. */
export interface Unavailable {
  kind: 'unavailable';
  reason: Setback;
}

/** What a lookup has come to. */
export type Outcome = { kind: 'session'; session: Session } | { kind: 'not_found' } | Unavailable;

/** A page of the newest sessions. */
export interface Page {
  kind: 'list';
  sessions: Session[];
  /** Whether there are older ones. */
  has_more: boolean;
}

/** What a list has come to. */
export type ListOutcome = Page | Unavailable;

/** What the transform leaves of an answer, as JSON. */
interface Reduced {
  http_status: number;
  session?: unknown;
  /** Of a list. */
  sessions?: unknown[];
  has_more?: boolean;
  /** Without its message, which may quote the key; of that only what it is about. */
  error?: ReducedError;
}

interface ReducedError {
  type?: unknown;
  code?: unknown;
  param?: unknown;
  about_id?: boolean;
  about_key?: boolean;
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
  else if (isObject(json) && json.object === 'list' && Array.isArray(json.data)) {
    reduced.sessions = json.data.map(readSession).flatMap((item) => (item ? [writeSession(item)] : []));
    reduced.has_more = json.has_more === true;
  } else if (isObject(json) && isObject(json.error)) {
    const { type, code, param, message } = json.error;
    reduced.error = { type: word(type), code: word(code), param: word(param), about_id: isAboutId(message) || undefined, about_key: isAboutKey(message) || undefined };
  }
  return JSON.stringify(reduced);
}

/** What an answer, as {@link reduceAnswer} left it, means for the session asked for. */
export function interpret(id: string, reduced: string): Outcome {
  const { http_status, session: kept, error = {} } = readReduced(reduced);
  const session = readSession(kept);
  if (!session) return interpretError(http_status, error);
  // Another session's answer, as a proxy with a stale cache may give, says nothing about this one.
  return session.id === id ? { kind: 'session', session } : { kind: 'unavailable', reason: 'stripe_error' };
}

/** What an answer to a list, as {@link reduceAnswer} left it, means. */
export function interpretList(reduced: string): ListOutcome {
  const { http_status, sessions, has_more = false, error = {} } = readReduced(reduced);
  if (Array.isArray(sessions)) return { kind: 'list', sessions: sessions.map(readSession).filter((session) => session !== undefined), has_more };
  const outcome = interpretError(http_status, error);
  return outcome.kind === 'unavailable' ? outcome : { kind: 'unavailable', reason: 'stripe_error' };
}

/** What only the merchant can mend: a key that is wrong, expired or may not read sessions. */
const MISCONFIGURED: unknown[] = ['api_key_expired', 'more_permissions_required', 'secret_key_required'];
const RATE_LIMITED: unknown[] = ['rate_limit', 'lock_timeout'];

/** What is wrong with the key, if anything: an answer that is about it, as {@link reduceAnswer} left it. */
export type KeyFault = 'bad_key' | 'missing_permission';

/** Tells what an answer says of the key. */
export function keyFault(reduced: string): KeyFault | undefined {
  const { http_status, error = {} } = readReduced(reduced);
  if (isRefusal(http_status, error, 403) || error.code === 'more_permissions_required') return 'missing_permission';
  return isRefusal(http_status, error, 401) || MISCONFIGURED.includes(error.code) || (error.code === undefined && error.about_key) ? 'bad_key' : undefined;
}

/** Whether an answer refuses a parameter of the question, as {@link reduceAnswer} left it. */
export function refusesParameter(reduced: string, name: string): boolean {
  return readReduced(reduced).error?.param === name;
}

/** Whether this is Stripe's error under such a status, and not the page of a proxy or a firewall. */
function isRefusal(status: number | undefined, { type }: ReducedError, expected: 401 | 403): boolean {
  return status === expected && type === 'invalid_request_error';
}

function interpretError(status: number | undefined, error: ReducedError): Exclude<Outcome, { kind: 'session' }> {
  const { type, code, about_id, about_key } = error;
  if (isRefusal(status, error, 401) || isRefusal(status, error, 403) || MISCONFIGURED.includes(code)) return { kind: 'unavailable', reason: 'misconfigured' };
  if (status === 429 || RATE_LIMITED.includes(code)) return { kind: 'unavailable', reason: 'rate_limited' };
  if (code === 'resource_missing') return { kind: 'not_found' };
  if (type === 'invalid_request_error' && code === undefined && about_key) return { kind: 'unavailable', reason: 'misconfigured' };
  // What Stripe says of an id that it does not take for one has no code; other mistakes, ours among them, have none either.
  if (type === 'invalid_request_error' && code === undefined && about_id) return { kind: 'not_found' };
  return { kind: 'unavailable', reason: 'stripe_error' };
}

/**
 * What a call of `http_request` that was not answered means. The management
 * canister tells the cases apart by its messages only.
 * @param error what Azle rejects the call with. A cleanup after a trap is thrown on: it is no answer.
 */
export function outcomeOfReject(error: unknown): Unavailable {
  const { type, rejectMessage } = (isObject(error) ? error : {}) as { type?: unknown; rejectMessage?: unknown };
  if (type === 'InsufficientLiquidCycleBalance') return { kind: 'unavailable', reason: 'low_cycles' };
  if (type !== 'CallRejected' && type !== 'CallPerformFailed') throw error;
  const message = typeof rejectMessage === 'string' ? rejectMessage : '';
  if (/exceeds .*limit/i.test(message)) return { kind: 'unavailable', reason: 'too_large' };
  return { kind: 'unavailable', reason: 'stripe_unreachable' };
}

function readReduced(reduced: string): Partial<Reduced> {
  const json = parse(reduced);
  return isObject(json) ? json : {};
}

/** Of a key that is wrong or missing Stripe says so in words only, and a proxy may hide that the status was 401. */
function isAboutKey(message: unknown): boolean {
  return typeof message === 'string' && /\bAPI key\b/i.test(message);
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
