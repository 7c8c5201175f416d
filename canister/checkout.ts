/**
 * What has become of a Checkout Session: from memory where that is enough,
 * otherwise from Stripe, once for everybody who asks meanwhile.
 */
import type { Principal } from '@dfinity/principal';
import { call, canisterCycleBalance, time } from 'azle';
import { asciiBytes } from './ascii-bytes.js';
import { latin1 } from './bytes.js';
import type { Answer } from './contract.js';
import { Lookups } from './lookups.js';
import { OutcallArguments, RESPONSE_CAPS, readReply, type ResponseCap } from './outcall.js';
import { movesForward, nextLookupIn } from './record.js';
import { judge, type Session } from './session.js';
import type { Settings } from './settings.js';
import { getPayment, nextNumber, setPayment } from './store.js';
import { interpret, outcomeOfReject, type Outcome } from './stripe-answer.js';

/**
 * Cycles under which nothing is spent on outcalls: they keep an idle canister alive for three months.
 * A call needs about half of it free for a moment, as a reserve for its reply.
 */
const CYCLES_FLOOR = 100_000_000_000n;

const CHECKING: Answer = { status: 'checking', retry_after_ms: 1000 };

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
    if (livemode !== this.settings.livemode) return jsonBytes({ status: 'not_found' });
    const now = nowInSeconds();
    const payment = getPayment(id);
    if (payment && (payment.due === undefined || now < payment.due)) return payment.answer;
    // Without a key only a webhook can tell, and until then every lookup is under way, so to speak.
    if (this.lookups.isUnderWay(id, now) || this.settings.api_key === '') return payment?.answer ?? jsonBytes(CHECKING);
    const setback = this.lookups.setback(id, now);
    return setback && (payment?.answer ?? jsonBytes(setback));
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
    const answer = outcome.kind === 'session' ? this.accept(outcome.session, now) : undefined;
    if (answer) return answer;
    const setback = this.lookups.fail(id, outcome.kind === 'unavailable' ? outcome.reason : 'not_found', now);
    // A lookup that failed says nothing about what was known before.
    return getPayment(id)?.answer ?? jsonBytes(setback);
  }

  /** Remembers a session, and answers with where it stands now; undefined for one that is none of the merchant's business. */
  private accept(session: Session, now: number): Uint8Array | undefined {
    const { status, reason, payment } = judge(session, this.settings, now);
    if (status === 'not_found') return undefined;
    this.lookups.succeed(session.id);
    const wait = nextLookupIn({ status, reason }, now - session.created);
    const due = wait === undefined ? undefined : now + wait;
    const known = getPayment(session.id);
    if (known && !movesForward(known.status, status)) {
      setPayment(session.id, { ...known, due });
      return known.answer;
    }
    const answer = jsonBytes({ status, retry_after_ms: wait && wait * 1000, reason, payment });
    const { payment_intent, expires_at } = session;
    setPayment(session.id, { status, due, answer, private: asciiBytes(JSON.stringify({ payment_intent, expires_at })) });
    return answer;
  }
}

function jsonBytes(answer: Answer): Uint8Array {
  return asciiBytes(JSON.stringify(answer));
}

function nowInSeconds(): number {
  return Number(time() / 1_000_000_000n);
}
