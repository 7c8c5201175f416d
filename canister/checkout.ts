/**
 * What has become of a Checkout Session: from memory where that is enough,
 * otherwise from Stripe, once for everybody who asks meanwhile.
 */
import type { Principal } from '@dfinity/principal';
import { call, canisterCycleBalance, time } from 'azle';
import { asciiBytes } from './ascii-bytes.js';
import { concat, latin1 } from './bytes.js';
import type { Answer } from './contract.js';
import { Lookups, type FailedLookup } from './lookups.js';
import { OutcallArguments, RESPONSE_CAPS, readReply, type ResponseCap } from './outcall.js';
import { movesForward, nextLookupIn, type StoredPayment } from './record.js';
import { isAccepted, judge, type Session } from './session.js';
import type { Settings } from './settings.js';
import { getPayment, nextNumber, removePayment, setPayment } from './store.js';
import { interpret, outcomeOfReject, type Outcome } from './stripe-answer.js';

/**
 * Cycles under which nothing is spent on outcalls: they keep an idle canister alive for three months.
 * A call needs about half of it free for a moment, as a reserve for its reply.
 */
const CYCLES_FLOOR = 100_000_000_000n;

/** How soon to ask again about a lookup that is under way, in seconds. */
const SOON = 1;

/** Answers about sessions, each as JSON in bytes. */
export class Checkout {
  private readonly lookups = new Lookups();
  private readonly outcall: OutcallArguments;

  constructor(
    private readonly settings: Settings,
    private readonly self: Principal,
  ) {
    this.outcall = new OutcallArguments(settings, self);
  }

  /** The answer to give without asking Stripe, or undefined when it is time to ask. Changes nothing. */
  known(id: string, livemode: boolean): Uint8Array | undefined {
    if (livemode !== this.settings.livemode) return NOT_FOUND;
    const now = nowInSeconds();
    const payment = getPayment(id);
    if (payment && !this.isStillAccepted(payment)) return NOT_FOUND;
    if (payment && payment.due === undefined) return payment.answer;
    if (payment?.due !== undefined && now < payment.due) return withRetry(payment.answer, payment.due - now);
    // Without a key only a webhook can tell, and until then every lookup is under way, so to speak.
    if (this.lookups.isUnderWay(id, now) || this.settings.api_key === '') return withRetry(payment?.answer ?? CHECKING, SOON);
    const setback = this.lookups.setback(id, now);
    return setback && answerTo(setback, payment, now);
  }

  /**
   * Asks Stripe, remembers, and answers.
   *
   * Where this canister traps after the `await`, Azle rejects the promise in the
   * cleanup callback: nothing may be replied or called there, so the rejection is
   * passed on, and only the marker is removed.
   */
  async lookUp(id: string): Promise<Uint8Array> {
    const end = this.lookups.begin(id, nowInSeconds());
    try {
      return this.settle(id, await this.ask(id));
    } finally {
      end();
    }
  }

  private async ask(id: string): Promise<Outcome> {
    let outcome: Outcome = { kind: 'unavailable', reason: 'too_large' };
    for (const cap of RESPONSE_CAPS) {
      if (canisterCycleBalance() < CYCLES_FLOOR) return { kind: 'unavailable', reason: 'low_cycles' };
      outcome = await this.askOnce(id, cap);
      if (outcome.kind !== 'unavailable' || outcome.reason !== 'too_large') return outcome;
    }
    return outcome;
  }

  private async askOnce(id: string, cap: ResponseCap): Promise<Outcome> {
    const { args, cycles } = this.outcall.fill(cap, asciiBytes(this.outcall.url(id)), this.idempotencyKey());
    let reply: Uint8Array;
    try {
      reply = await call<Uint8Array, Uint8Array>('aaaaa-aa', 'http_request', { raw: true, args, cycles });
    } catch (error) {
      return outcomeOfReject(error);
    }
    return interpret(id, latin1(readReply(reply).body));
  }

  /** Names one lookup among those of all canisters and times. Random bytes would not: they repeat after each upgrade. */
  private idempotencyKey(): Uint8Array {
    if (this.settings.idempotent_proxy === null) return new Uint8Array();
    return asciiBytes(`${this.self.toText()}-${nextNumber()}-${time()}`);
  }

  private settle(id: string, outcome: Outcome): Uint8Array {
    const now = nowInSeconds();
    const known = getPayment(id);
    if (outcome.kind !== 'session') {
      // A lookup that failed says nothing about what was known before.
      return answerTo(this.lookups.fail(id, outcome.kind === 'unavailable' ? outcome.reason : 'not_found', now), known, now);
    }
    const verdict = judge(outcome.session, this.settings, now);
    if (verdict.status !== 'not_found') return this.accept(outcome.session, verdict, known, now);
    // Stripe has spoken, and it is none of the merchant's business (any more).
    if (known) removePayment(id);
    return answerTo(this.lookups.fail(id, 'not_found', now), undefined, now);
  }

  /** Remembers a session, and answers with where it stands now. */
  private accept(session: Session, { status, reason, payment }: Answer, known: StoredPayment | undefined, now: number): Uint8Array {
    this.lookups.succeed(session.id);
    // A lookup that lapsed may answer late, after another has learnt the end.
    if (known && known.due === undefined && !movesForward(known.status, status)) return known.answer;
    const wait = nextLookupIn({ status, reason }, now - session.created);
    const due = wait === undefined ? undefined : now + wait;
    const { payment_intent, expires_at } = session;
    const next =
      known && !movesForward(known.status, status)
        ? { ...known, due }
        : {
            status,
            due,
            termsGeneration: this.settings.terms_generation,
            answer: jsonBytes({ status, reason, payment }),
            private: jsonBytes({ payment_intent, expires_at }),
          };
    setPayment(session.id, next);
    return wait === undefined ? next.answer : withRetry(next.answer, wait);
  }

  /** Whether a payment judged by other terms is accepted by those of now. */
  private isStillAccepted({ termsGeneration, answer }: StoredPayment): boolean {
    if (termsGeneration === this.settings.terms_generation) return true;
    const { payment } = JSON.parse(latin1(answer)) as Answer;
    return payment !== undefined && isAccepted(payment, this.settings);
  }
}

const CHECKING = jsonBytes({ status: 'checking' });
const NOT_FOUND = jsonBytes({ status: 'not_found' });

/** What to answer after a failed lookup: what was known, or else why it cannot be told. */
function answerTo({ answer, until }: FailedLookup, known: StoredPayment | undefined, now: number): Uint8Array {
  if (known) return known.due === undefined ? known.answer : withRetry(known.answer, until - now);
  const isWorthPolling = answer.status === 'unavailable' && answer.reason !== 'misconfigured';
  return isWorthPolling ? withRetry(jsonBytes(answer), until - now) : jsonBytes(answer);
}

/** An answer, a JSON object with at least one field, that asks to be asked again in so many seconds. */
function withRetry(answer: Uint8Array, seconds: number): Uint8Array {
  return concat([answer.subarray(0, -1), asciiBytes(`,"retry_after_ms":${seconds * 1000}}`)]);
}

function jsonBytes(value: object): Uint8Array {
  return asciiBytes(JSON.stringify(value));
}

function nowInSeconds(): number {
  return Math.floor(Number(time()) / 1e9);
}
