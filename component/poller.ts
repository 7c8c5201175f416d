import { readAnswer, type Answer, type Payment } from '../canister/contract.js';
import type { Hearing } from './state.js';

/** A lookup that asks Stripe takes up to a minute; what takes longer is lost. In milliseconds, as all here. */
const TIMEOUT = 75_000;

/** How long to keep asking, the waits included and the pauses not. */
const PATIENCE = 600_000;

/** What an answer may ask for at most; a timer overflows at 24 days. */
const DAY = 86_400_000;

/** First wait and longest, by what was heard. */
const PACES: Partial<Record<string, readonly [first: number, longest: number]>> = {
  checking: [1000, 30_000],
  unavailable: [1000, 30_000],
  open: [2500, 60_000],
  processing: [60_000, 900_000],
};

/**
 * The wait before the next request: doubling, never under `least`, and up to a quarter longer by chance,
 * so that crowds spread. Undefined where nobody need ask again. `random` is in [0, 1).
 */
export function backoff(heard: Hearing, tries: number, least: number, random: number): number | undefined {
  const pace = heard.reason === 'misconfigured' ? undefined : PACES[heard.status];
  return pace && Math.max(least, Math.min(pace[0] * 2 ** tries, pace[1])) * (1 + random / 4);
}

/** Asks about one payment at a time. */
export interface Poller {
  /**
   * Starts to ask, or goes on where {@link stop} interrupted it; no sooner than in `least` milliseconds.
   * @param fits whether a payment is one that was asked about
   */
  start(url: string, fits: (payment: Payment) => boolean, least?: number): void;
  /** Aborts the request under way and asks no more. */
  stop(): void;
  /** To be called when the page comes online or into view. */
  wake: () => void;
  /** Asks as soon as the last answer allows, with new patience. */
  hurry(): void;
}

/**
 * Asks one address until the answer is final: one request at a time, no sooner than the answer allows,
 * never while the page is offline or hidden, and not for ever. After {@link Poller.stop} nothing is heard.
 */
export function createPoller(hear: (heard: Hearing) => void): Poller {
  const now = (): number => performance.now();
  let url = '';
  let isFit: (payment: Payment) => boolean;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request: AbortController | undefined;
  let isDue = false;
  let last: Hearing['status'] | undefined;
  let tries = 0;
  let spent = 0;
  let notBefore = 0;

  const wait = (delay = notBefore - now()): void => {
    clearTimeout(timer);
    timer = setTimeout(ready, delay);
  };

  const ready = (): void => {
    isDue = true;
    if (!navigator.onLine) hear({ status: 'unavailable', reason: 'offline' });
    else if (document.visibilityState !== 'hidden') void ask();
  };

  const ask = async (): Promise<void> => {
    const began = now();
    const own = (request = new AbortController());
    timer = undefined;
    isDue = false;
    const timeout = setTimeout(() => own.abort(), TIMEOUT);
    const heard = await lookUp(url, isFit, own.signal);
    clearTimeout(timeout);
    // Stopped, or started anew: whatever came is stale.
    if (request !== own) return;
    request = undefined;
    tries = heard.status === last ? tries + 1 : 0;
    last = heard.status;
    const least = Math.min(Number(heard.retry_after_ms) || 0, DAY);
    const delay = backoff(heard, tries, least, Math.random());
    notBefore = now() + least;
    spent += now() - began + (delay ?? 0);
    const isPatient = last === 'processing' || spent < PATIENCE;
    if (delay && isPatient) wait(delay);
    // Told last: whoever listens may stop this poller or start it anew.
    hear(!delay || isPatient ? heard : { ...heard, status: last === 'open' ? last : 'unavailable', reason: 'stopped' });
  };

  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    isDue = false;
    request?.abort();
    request = undefined;
  };

  return {
    start(address, fits, least = 0) {
      if (address !== url) {
        stop();
        url = address;
        isFit = fits;
        tries = spent = 0;
        notBefore = now() + least;
      }
      if (!request && !timer) wait();
    },
    stop,
    wake() {
      if (isDue) ready();
    },
    hurry() {
      spent = 0;
      if (!request) wait();
    },
  };
}

/** One request. Never throws: no network, a timeout, a gateway's HTML and nonsense all mean that nothing was heard. */
async function lookUp(
  url: string,
  fits: (payment: Payment) => boolean,
  signal: AbortSignal,
): Promise<Hearing & Pick<Answer, 'retry_after_ms'>> {
  try {
    const response = await fetch(url, { credentials: 'omit', cache: 'no-store', redirect: 'error', signal });
    const body = (await response.json()) as { error?: unknown } | null;
    const answer = readAnswer(body);
    // An answer about another payment is no answer.
    if (answer && (!answer.payment || fits(answer.payment))) return answer;
    // The canister's own refusal; a gateway's 400 comes without the contract's body, and passes.
    if (response.status === 400 && body?.error) return { status: 'not_found' };
  } catch {
    // Told below.
  }
  return { status: 'unavailable', reason: 'unreachable' };
}
