import { type Answer, headerOf, withMissingHeaders } from './answer.js';

/**
 * What the gateway itself says about cross-origin requests, where a canister does not: the defaults of DFINITY's
 * ic-gateway. Note what is not in the list of allowed headers: authorization and idempotency-key.
 */
const COMMON = {
  'access-control-allow-origin': '*',
  vary: 'origin, access-control-request-method, access-control-request-headers',
};
const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON,
  'access-control-allow-methods': 'HEAD, GET, POST, PUT, DELETE, PATCH',
  'access-control-allow-headers':
    'user-agent, dnt, if-none-match, if-modified-since, cache-control, content-type, range, cookie, x-requested-with, x-ic-canister-id, x-oc-jwt, x-oc-api-key',
  'access-control-max-age': '7200',
};
const RESPONSE_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON,
  'access-control-expose-headers': 'accept-ranges, content-length, content-range, x-request-id, x-ic-canister-id',
};

/** At least one of these makes an answer one to a preflight. */
const PREFLIGHT_MARKS = ['access-control-allow-headers', 'access-control-allow-methods', 'access-control-allow-origin', 'access-control-allow-credentials', 'access-control-max-age'];
/** How long a canister is not asked again: a day, in nanoseconds. */
const INVALID_FOR = 86_400_000_000_000n;

/** The gateway's own answer to an OPTIONS request. */
export const DEFAULT_PREFLIGHT: Answer = { status: 200, headers: Object.entries(PREFLIGHT_HEADERS), body: new Uint8Array() };

/** An answer to any other request, with what it does not say itself. */
export function withCors(answer: Answer): Answer {
  return withMissingHeaders(answer, RESPONSE_HEADERS);
}

/**
 * Lets canisters answer OPTIONS requests themselves, as ic-gateway does when it is set to (`cors_canister_passthrough`).
 * What is not an answer to a preflight is replaced by the gateway's own, and that canister is then not asked for a day.
 */
export class PreflightPassthrough {
  readonly #now: () => bigint;
  /** By canister id, nanoseconds since 1970. */
  readonly #invalidUntil = new Map<string, bigint>();

  /** @param now nanoseconds since 1970 */
  constructor(now: () => bigint) {
    this.#now = now;
  }

  /** @param canister the id of one that exists, in text form */
  async answer(canister: string, ask: () => Promise<Answer>): Promise<Answer> {
    if (this.#now() < (this.#invalidUntil.get(canister) ?? 0n)) return DEFAULT_PREFLIGHT;
    const answer = await ask();
    if (isPreflightAnswer(answer)) return withMissingHeaders(answer, PREFLIGHT_HEADERS);
    this.#invalidUntil.set(canister, this.#now() + INVALID_FOR);
    return DEFAULT_PREFLIGHT;
  }
}

function isPreflightAnswer(answer: Answer): boolean {
  return answer.status < 300 && answer.body.length === 0 && PREFLIGHT_MARKS.some((name) => headerOf(answer, name) !== undefined);
}
