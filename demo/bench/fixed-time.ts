/** The moment at which everything is measured, in milliseconds since 1970. */
const NOW = Date.UTC(2026, 10, 25, 12);

/**
 * Runs `measure` while the clock of this process stands still, so that ids, sizes, and prices by the millisecond come out
 * the same in every run. What waits for a timer still wakes up.
 */
export async function withFixedTime<T>(measure: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => NOW;
  try {
    return await measure();
  } finally {
    Date.now = now;
  }
}
