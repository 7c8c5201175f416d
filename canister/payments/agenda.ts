/** When the canister does something by itself: rings once something in the queues is due. */
import type { Delay, DueItem, DueQueues } from '../storage/due-queues.js';
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
  private activeSince = -Infinity;

  /** @param ring is called once something is due; it is to {@link begin} and {@link end} */
  constructor(
    private readonly system: System,
    private readonly queues: DueQueues,
    private readonly ring: () => Promise<void>,
  ) {}

  /** Has a session looked up in so many seconds. @param now in seconds since 1970 */
  add(id: string, delay: Delay, now: number): void {
    this.armFor(this.queues.add(id, delay, now));
  }

  /** Puts an item that has come to nothing off. */
  postpone(item: DueItem, now: number): void {
    const due = this.queues.postpone(item, now);
    if (due !== undefined) this.armFor(due);
  }

  /** Whether somebody is at what is due. */
  isActive(now: number): boolean {
    return now < this.activeSince + LEASE;
  }

  /** Says that somebody is at it, now. */
  begin(now: number): void {
    this.activeSince = now;
  }

  /** Says that they no longer are. @param other see {@link arm} */
  end(other: number): void {
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
