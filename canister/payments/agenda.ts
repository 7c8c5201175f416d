/** When the canister does something by itself: rings once something in the queues is due. */
import type { Delay, DueItem, DueQueues, Why } from '../storage/due-queues.js';
import { seconds, type System } from '../system.js';

/**
 * Seconds after which what should have ended counts as lost: somebody who is at what is due, or a timer that should have rung.
 * As long as a few outcalls take at most.
 */
const LEASE = 300;

/** The queues, and timers for what is in them. These are kept in memory only: {@link arm} is to be called after each upgrade. */
export class Agenda {
  /**
   * When the timers will ring, the first one last. Azle cannot cancel one, so a new one is set only where it is to ring
   * before all others.
   */
  private timers: number[] = [];
  private active = 0;
  private activeSince = -Infinity;

  /** @param ring is called once something is due; it is to {@link begin} and {@link end} */
  constructor(
    private readonly system: System,
    private readonly queues: DueQueues,
    private readonly ring: () => Promise<void>,
  ) {}

  /** Has a session looked up in so many seconds. @param now in seconds since 1970 */
  add(id: string, why: Why, delay: Delay, now: number): void {
    this.armFor(this.queues.add(id, why, delay, now));
  }

  /** Puts an item that has come to nothing off; returns false where it is given up. */
  postpone(item: DueItem, now: number): boolean {
    const due = this.queues.postpone(item, now);
    if (due !== undefined) this.armFor(due);
    return due !== undefined;
  }

  /** Begins to deal with what is due, unless somebody is at it; returns who it is that has begun. */
  begin(now: number): number | undefined {
    if (now < this.activeSince + LEASE) return undefined;
    this.activeSince = now;
    this.active += 1;
    return this.active;
  }

  /** Says that somebody is still at it; returns false where they have taken so long that another one is by now. */
  goOn(who: number, now: number): boolean {
    if (who === this.active) this.activeSince = now;
    return who === this.active;
  }

  /** Says that somebody no longer is at it. @param other see {@link arm} */
  end(who: number, other: number): void {
    if (who !== this.active) return;
    this.activeSince = -Infinity;
    this.arm(other);
  }

  /** Sees to it that a timer rings when something is due. @param other something else that is due, in seconds since 1970 */
  arm(other: number): void {
    this.armFor(Math.min(this.queues.nextDue ?? Infinity, other));
  }

  private armFor(due: number): void {
    const now = seconds(this.system);
    this.timers = this.timers.filter((timer) => timer > now - LEASE);
    const first = this.timers.at(-1) ?? Infinity;
    if (due >= first) return;
    const at = Math.max(due, now);
    this.timers.push(at);
    this.system.setTimer(at - now, () => {
      this.timers = this.timers.filter((timer) => timer !== at);
      return this.ring();
    });
  }
}
