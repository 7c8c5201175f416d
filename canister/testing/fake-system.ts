/** The Internet Computer as the canister sees it, with a clock and timers that are moved by hand. */
import { Principal } from '@dfinity/principal';
import type { System } from '../system.js';

/** What the canister is doing, by which it may call some of the system and not the rest. */
export type Message = 'update' | 'query' | 'cleanup';

interface Timer {
  /** In seconds since 1970. */
  at: number;
  run: () => Promise<void>;
}

/** Throws for what the interface specification does not allow at the time. */
export class FakeSystem implements System {
  readonly self = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
  balance = 10_000_000_000_000n;
  message: Message = 'update';
  /** What the subnet certifies. */
  certified: Uint8Array | undefined;
  /** Errors that timers ended with, other than those passed on after a trap. */
  readonly timerErrors: unknown[] = [];
  /** Answers calls to other canisters. */
  callee: (canister: string, method: string, args: Uint8Array) => Promise<Uint8Array> = () => Promise.reject(new Error('there is no other canister'));
  private timers: Timer[] = [];

  /** @param now in seconds since 1970 */
  constructor(
    public now: number,
    private readonly answer: (args: Uint8Array, cycles: bigint) => Promise<Uint8Array>,
  ) {}

  caller(): Principal {
    return Principal.anonymous();
  }

  time(): bigint {
    return BigInt(Math.round(this.now * 1e3)) * 1_000_000n;
  }

  cycles(): bigint {
    return this.balance;
  }

  readonly bytes = (text: string): Uint8Array => {
    if (!/^[\x20-\x7e]*$/.test(text)) throw new Error('a text to be turned into bytes is not in ASCII');
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  };

  readonly blob = (literal: string): Uint8Array => {
    const bytes = literal.replace(/\\([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
  };

  outcall(args: Uint8Array, cycles: bigint): Promise<Uint8Array> {
    this.mustBe('update');
    return this.answer(args, cycles);
  }

  call(canister: string, method: string, args: Uint8Array): Promise<Uint8Array> {
    this.mustBe('update');
    return this.callee(canister, method, args);
  }

  setTimer(seconds: number, run: () => Promise<void>): void {
    this.mustBe('update', 'cleanup');
    if (!Number.isSafeInteger(seconds) || seconds < 0) throw new Error(`a timer of ${seconds} seconds`);
    this.timers.push({ at: this.now + seconds, run });
  }

  certify(hash: Uint8Array): void {
    this.mustBe('update');
    if (hash.length > 32) throw new Error('more than 32 bytes to be certified');
    this.certified = hash;
  }

  certificate(): Uint8Array | undefined {
    return this.message === 'query' ? this.bytes('a certificate') : undefined;
  }

  /** How many timers are set. */
  get timerCount(): number {
    return this.timers.length;
  }

  /** When the next timer rings, in seconds since 1970. */
  get nextTimer(): number {
    return Math.min(...this.timers.map(({ at }) => at));
  }

  /** Rings what is due by now, each timer once; not those that are set meanwhile. */
  ring(): void {
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { run } of due.sort((one, other) => one.at - other.at)) {
      run().catch((error: unknown) => {
        if ((error as { type?: unknown }).type !== 'CleanupCallback') this.timerErrors.push(error);
      });
    }
  }

  /** Drops all timers, as an upgrade does. */
  forgetTimers(): void {
    this.timers = [];
  }

  private mustBe(...messages: Message[]): void {
    if (!messages.includes(this.message)) throw new Error(`a ${this.message} may not do this`);
  }
}
