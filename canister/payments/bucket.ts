/**
 * A ration that fills up as time goes by (a token bucket). Kept in memory only: an upgrade begins with a full one.
 * Times are in seconds since 1970, and may have fractions.
 */
export class Bucket {
  private left: number;
  private filledAt = 0;

  /**
   * @param perSecond how many are let through in the long run
   * @param burst how many at once, after a quiet time
   */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.left = burst;
  }

  /** Whether there are so many left; for more than are ever there, whether it is full. Changes nothing. */
  has(now: number, count = 1): boolean {
    return this.at(now) >= Math.min(count, this.burst);
  }

  take(now: number, count = 1): void {
    this.left = this.at(now) - count;
    this.filledAt = now;
  }

  /** What was taken was not used. */
  giveBack(count: number): void {
    this.left += count;
  }

  private at(now: number): number {
    return Math.min(this.burst, this.left + Math.max(0, now - this.filledAt) * this.perSecond);
  }
}
