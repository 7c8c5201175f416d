import {
  locked,
  noSuchSession,
  rateLimited,
  stripesFault,
  unknownKey,
  type ApiError,
  type RateLimitReason,
} from './errors.js';
import type { Answer } from './http.js';
import type { Session } from './session-object.js';

/** What can go wrong with one answer of the API. */
export type Trouble =
  /** Nothing: keeps a place in a script. */
  | { kind: 'ok' }
  /** 429, one request too many. */
  | { kind: 'rate_limit'; reason?: RateLimitReason }
  /** 429, somebody else holds the object. */
  | { kind: 'lock_timeout' }
  /** Stripe's own fault, said in JSON. */
  | { kind: 'api_error'; status?: 500 | 502 | 503 }
  /** A page where JSON is due, as proxies send. */
  | { kind: 'html'; status?: 200 | 502 | 503 }
  /** JSON that breaks off, under a proper content-length. */
  | { kind: 'invalid_json' }
  | { kind: 'empty' }
  | { kind: 'slow'; ms: number }
  /** No answer, ever. */
  | { kind: 'hang' }
  /** The connection breaks in the middle of the answer, or before it starts. */
  | { kind: 'cut'; at?: 'start' | 'middle' }
  /**
   * A different body each time: `field` takes the `values` in turn; by default `amount_total` counts up.
   * What changes a session changes each session of a list.
   */
  | { kind: 'vary'; field?: keyof Session; values?: readonly unknown[] }
  /** Fields that stand in the answer as given. */
  | { kind: 'fields'; fields: Partial<Record<keyof Session, unknown>> }
  /** The session without its id. */
  | { kind: 'no_id' }
  /** An error of Stripe's under status 200, as a proxy that drops the status does; by default a rate limit. */
  | { kind: 'error_under_200'; error?: 'rate_limit' | 'not_found' | 'unknown_key' | 'api_error' }
  /** The body of another session, as a cache that mistakes its key sends. */
  | { kind: 'other_session'; id: string }
  | { kind: 'redirect'; location: string }
  /** More than 256 KB, otherwise in order. */
  | { kind: 'too_large' };

/** Trouble for the next `times` requests: one by default, `Infinity` for all to come. */
export type Step = Trouble & { times?: number };

/** The name under which scripts for lists go, instead of a session's id. */
export const LIST = 'list';

/** What is still to go wrong, by session id, `list`, or `*` for every request that no other script covers. */
export class Scripts {
  readonly #steps = new Map<string, Step[]>();

  /** Replaces the script of `target`; no steps at all clears it. */
  set(target: string, steps: readonly Step[]): void {
    this.#steps.set(
      target,
      steps.map((step) => ({ ...step })),
    );
  }

  /** The trouble the next request runs into, which uses it up. */
  take(target?: string): Trouble {
    return (target !== undefined && this.#take(target)) || this.#take('*') || { kind: 'ok' };
  }

  #take(target: string): Trouble | undefined {
    const steps = this.#steps.get(target);
    const step = steps?.[0];
    if (!steps || !step) return undefined;
    step.times = (step.times ?? 1) - 1;
    if (step.times <= 0) steps.shift();
    return step;
  }
}

/** What applying trouble needs to know. */
export interface Surroundings {
  /** How many requests came before this one. */
  count: number;
  /** An error as this request's answer. */
  errorAnswer: (error: ApiError) => Answer;
  /** A session as this request's answer. */
  sessionAnswer: (id: string) => Answer;
}

/** Turns the answer that would be right into the one that the script asks for. */
export function spoil(answer: Answer, trouble: Trouble, around: Surroundings): Answer {
  switch (trouble.kind) {
    case 'ok':
      return answer;
    case 'rate_limit':
      return around.errorAnswer(rateLimited(trouble.reason ?? 'endpoint-rate'));
    case 'lock_timeout':
      return around.errorAnswer(locked());
    case 'api_error':
      return around.errorAnswer(stripesFault(trouble.status));
    case 'error_under_200':
      return { ...around.errorAnswer(DISGUISED[trouble.error ?? 'rate_limit']()), status: 200 };
    case 'html':
      return htmlAnswer(trouble.status ?? 200);
    case 'invalid_json':
      return { ...answer, body: answer.body.slice(0, -2) };
    case 'empty':
      return { ...answer, body: '' };
    case 'slow':
      return { ...answer, delayMs: trouble.ms };
    case 'hang':
      return { ...answer, delivery: 'never' };
    case 'cut':
      return { ...answer, delivery: trouble.at === 'start' ? 'cut-at-start' : 'cut-in-the-middle' };
    case 'vary':
      return vary(answer, trouble, around.count);
    case 'fields':
      return withFields(answer, () => trouble.fields);
    case 'no_id':
      return withFields(answer, () => ({ id: undefined }));
    case 'other_session':
      return around.sessionAnswer(trouble.id);
    case 'redirect':
      return { status: 302, headers: { ...answer.headers, location: trouble.location }, body: '' };
    case 'too_large':
      return changed(answer, (body) => ({ ...body, metadata: { padding: 'x'.repeat(256 * 1024) } }));
    default:
      return unreachable(trouble);
  }
}

const DISGUISED = {
  rate_limit: () => rateLimited('global-rate'),
  not_found: () => noSuchSession('cs_test_of_somebody_else'),
  unknown_key: () => unknownKey('rk_test_********beef'),
  api_error: () => stripesFault(),
};

function vary(answer: Answer, { field = 'amount_total', values }: Trouble & { kind: 'vary' }, count: number): Answer {
  return withFields(answer, (session) => ({
    [field]: values ? values[count % values.length] : Number(session[field]) + count,
  }));
}

/** Changes the session of an answer, or each one of a list. */
function withFields(answer: Answer, fields: (session: Fields) => Fields): Answer {
  const spoiled = (session: Fields): Fields => ({ ...session, ...fields(session) });
  return changed(answer, (body) =>
    body.object === 'list' ? { ...body, data: (body.data as Fields[]).map(spoiled) } : spoiled(body),
  );
}

type Fields = Record<string, unknown>;

function changed(answer: Answer, change: (body: Fields) => Fields): Answer {
  return { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as Fields), null, 2) };
}

function htmlAnswer(status: number): Answer {
  const title = status === 200 ? 'Please wait' : `${status} ${status === 502 ? 'Bad Gateway' : 'Service Unavailable'}`;
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>\n`,
  };
}

function unreachable(trouble: never): never {
  throw new TypeError(`No such trouble: ${JSON.stringify(trouble)}`);
}
