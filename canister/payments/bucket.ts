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

  /** Whether there is one left. Changes nothing. */
  has(now: number): boolean {
    return this.at(now) >= 1;
  }

  take(now: number): void {
    this.left = this.at(now) - 1;
    this.filledAt = now;
  }

  private at(now: number): number {
    return Math.min(this.burst, this.left + Math.max(0, now - this.filledAt) * this.perSecond);
  }
}
