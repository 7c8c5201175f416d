import type { IncomingMessage } from 'node:http';
import { API_VERSION } from './api-version.js';
import { ApiError, invalidVersion, malformedSessionId, noSuchSession, noSuchUrl, unknownParameter } from './errors.js';
import type { Answer } from './http.js';
import { randomText } from './ids.js';
import { authenticate, authorize, READ_SESSIONS, type ApiKey } from './keys.js';
import { listSessions } from './session-list.js';
import type { Sessions } from './sessions.js';
import { LIST, spoil, type Scripts, type Trouble } from './trouble.js';

/** A request to the API, kept for tests to count. */
export interface ApiRequest {
  /** What was asked for: one session, the list of them, or anything else. */
  kind: 'session' | 'list' | 'other';
  method: string;
  /** With its query. */
  path: string;
  /** The last four characters of the `authorization` header. */
  authorization: string | undefined;
  stripeVersion: string | undefined;
  forwardedHost: string | undefined;
  idempotencyKey: string | undefined;
  /** In milliseconds since 1970. */
  time: number;
  /** What a script made of it; `ok` when nothing. */
  trouble: Trouble['kind'];
}

/** One thing the API can do. */
interface Route {
  method: string;
  /** Its first group is the id of the object. */
  path: RegExp;
  permission: string;
  answer: (sessions: Sessions, key: ApiKey, id: string, query: URLSearchParams) => unknown;
}

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/v1\/checkout\/sessions\/([^/]+)$/,
    permission: READ_SESSIONS,
    answer: retrieveSession,
  },
  {
    method: 'GET',
    path: /^\/v1\/checkout\/sessions$/,
    permission: READ_SESSIONS,
    answer: listSessions,
  },
];

/** Stripe's API: everything under `/v1/`. */
export class Api {
  readonly requests: ApiRequest[] = [];
  readonly #account = `acct_1S${randomText(14)}`;
  readonly #sessions: Sessions;
  readonly #scripts: Scripts;
  readonly #keys: readonly ApiKey[];
  readonly #now: () => number;

  /** @param now in milliseconds since 1970 */
  constructor(sessions: Sessions, scripts: Scripts, keys: readonly ApiKey[], now: () => number) {
    this.#sessions = sessions;
    this.#scripts = scripts;
    this.#keys = keys;
    this.#now = now;
  }

  /** Answers a request, or misbehaves where a script says so. */
  answer(request: IncomingMessage): Answer {
    const { kind, target } = asked(request);
    const trouble = this.#scripts.take(target);
    const count = this.requests.length;
    this.requests.push(record(request, kind, this.#now(), trouble.kind));

    const headers = responseHeaders(request);
    return spoil(this.#respond(request, headers), trouble, {
      count,
      errorAnswer: (error) => errorAnswer(error, headers),
      sessionAnswer: (other) => jsonAnswer(200, headers, this.#sessions.get(other)?.session ?? null),
    });
  }

  /** What Stripe would answer. */
  #respond(request: IncomingMessage, headers: Headers): Answer {
    let key: ApiKey | undefined;
    try {
      const { method = 'GET', url = '/' } = request;
      // The path as it came: URL would quietly resolve `..` in it.
      const [path = '', search = ''] = url.split('?', 2);
      const route = ROUTES.find((candidate) => candidate.method === method && candidate.path.test(path));
      if (!route) throw noSuchUrl(method, path);
      key = authenticate(request.headers.authorization, this.#keys);
      const version = headers['stripe-version'];
      if (!/^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(version)) throw invalidVersion(version);
      authorize(key, route.permission, this.#account);
      const id = decode(route.path.exec(path)?.[1] ?? '');
      return jsonAnswer(200, headers, route.answer(this.#sessions, key, id, new URLSearchParams(search)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return errorAnswer(error, headers, key && this.#logUrl(key, headers['request-id']));
    }
  }

  /** Where the Dashboard shows a request: one more thing in which two answers to one question differ. */
  #logUrl(key: ApiKey, requestId: string): string {
    const mode = key.livemode ? '' : 'test/';
    return `https://dashboard.stripe.com/${mode}logs/${requestId}?t=${Math.floor(this.#now() / 1000)}`;
  }
}

function retrieveSession(sessions: Sessions, key: ApiKey, id: string, query: URLSearchParams): unknown {
  const unknown = [...query.keys()].find((name) => !/^expand(\[\d*\])?$/.test(name));
  if (unknown !== undefined) throw unknownParameter(unknown);
  if (!/^\w{1,255}$/.test(id)) throw malformedSessionId(id);
  const session = sessions.get(id)?.session;
  if (!session) throw noSuchSession(id);
  if (session.livemode !== key.livemode) throw noSuchSession(id, session.livemode ? 'live' : 'test');
  return session;
}

type Headers = Readonly<Record<string, string>> & { 'request-id': string; 'stripe-version': string };

/** About as many headers as Stripe sends: a limit on an answer's size counts them too. */
function responseHeaders(request: IncomingMessage): Headers {
  return {
    'content-type': 'application/json',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, HEAD, PUT, PATCH, POST, DELETE',
    'access-control-allow-origin': '*',
    'access-control-expose-headers':
      'Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, X-Stripe-External-Auth-Required, ' +
      'X-Stripe-Privileged-Session-Required',
    'access-control-max-age': '300',
    'cache-control': 'no-cache, no-store',
    'content-security-policy':
      "base-uri 'none'; default-src 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self'; " +
      "script-src 'self' 'report-sample'; style-src 'self'; worker-src 'none'; upgrade-insecure-requests",
    'request-id': `req_${randomText(14)}`,
    'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
    'stripe-version': String(request.headers['stripe-version'] ?? API_VERSION),
    vary: 'Origin',
    'x-stripe-routing-context-priority-tier': 'api-testmode',
  };
}

function jsonAnswer(status: number, headers: Headers, body: unknown): Answer {
  return { status, headers, body: JSON.stringify(body, null, 2) };
}

function errorAnswer({ status, error, headers: more }: ApiError, headers: Headers, logUrl?: string): Answer {
  const { type, ...rest } = error;
  const body = { error: { ...rest, ...(logUrl !== undefined && { request_log_url: logUrl }), type } };
  return jsonAnswer(status, { ...headers, ...more }, body);
}

/** What a request asks for, and whose script covers it. */
function asked({ method, url = '' }: IncomingMessage): { kind: ApiRequest['kind']; target?: string } {
  const [, list, id] = /^\/v1\/checkout\/sessions(?:($|\?)|\/(\w+))/.exec(url) ?? [];
  if (list !== undefined && method === 'GET') return { kind: 'list', target: LIST };
  return id === undefined ? { kind: 'other' } : { kind: 'session', target: id };
}

function record(
  request: IncomingMessage,
  kind: ApiRequest['kind'],
  time: number,
  trouble: Trouble['kind'],
): ApiRequest {
  const { method = '', url = '', headers } = request;
  return {
    kind,
    method,
    path: url,
    authorization: headers.authorization?.slice(-4),
    stripeVersion: one(headers['stripe-version']),
    forwardedHost: one(headers['x-forwarded-host']),
    idempotencyKey: one(headers['idempotency-key']),
    time,
    trouble,
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % makes the id malformed, which is for the route to say.
    return text;
  }
}
