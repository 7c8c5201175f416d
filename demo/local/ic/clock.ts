interface Alarm {
  readonly time: bigint;
  readonly ring: () => void;
  /** Whether it still rings, at once, when the clock is closed: somebody waits for it. */
  readonly awaited: boolean;
}

/** The longest that setTimeout can wait: a longer one would fire at once. */
const MAX_WAIT_MS = 2 ** 31 - 1;
const NANOSECONDS = 1_000_000n;

/** The time of the local IC: real time, plus whatever tests have added to it. Nanoseconds since 1970 throughout. */
export class Clock {
  #advancedMs = 0;
  readonly #alarms = new Set<Alarm>();
  #closed = false;
  #wakeUp: NodeJS.Timeout | undefined;

  now(): bigint {
    return BigInt(Date.now() + this.#advancedMs) * NANOSECONDS;
  }

  /** Calls `ring` once the time has come, never from within this call. Returns a function that takes it back. */
  at(time: bigint, ring: () => void): () => void {
    return this.#closed ? () => undefined : this.#set({ time, ring, awaited: false });
  }

  /** Resolves once that much time has passed, or at once when no time passes any more. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) resolve();
      else this.#set({ time: this.now() + BigInt(Math.round(ms)) * NANOSECONDS, ring: resolve, awaited: true });
    });
  }

  /** Jumps ahead. What is due by then rings, once each. */
  advance(ms: number): void {
    this.#advancedMs += ms;
    this.ringDue();
  }

  /** Rings what is due, once each; returns whether anything was. */
  ringDue(): boolean {
    const now = this.now();
    const due = [...this.#alarms].filter((alarm) => alarm.time <= now).sort((a, b) => (a.time < b.time ? -1 : 1));
    for (const alarm of due) {
      if (this.#alarms.delete(alarm)) alarm.ring();
    }
    this.#schedule();
    return due.length > 0;
  }

  /** No alarm rings any more, nor can one be set. */
  close(): void {
    this.#closed = true;
    const awaited = [...this.#alarms].filter((alarm) => alarm.awaited);
    this.#alarms.clear();
    this.#schedule();
    for (const { ring } of awaited) ring();
  }

  #set(alarm: Alarm): () => void {
    this.#alarms.add(alarm);
    this.#schedule();
    return () => {
      if (this.#alarms.delete(alarm)) this.#schedule();
    };
  }

  #schedule(): void {
    clearTimeout(this.#wakeUp);
    this.#wakeUp = undefined;
    let next: bigint | undefined;
    for (const { time } of this.#alarms) if (next === undefined || time < next) next = time;
    if (next === undefined) return;
    const now = this.now();
    const waitMs = next <= now ? 0 : Math.min(Number((next - now) / NANOSECONDS) + 1, MAX_WAIT_MS);
    this.#wakeUp = setTimeout(() => {
      this.ringDue();
    }, waitMs);
  }
}
