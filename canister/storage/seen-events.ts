/** Which of Stripe's events have been taken in, so that each counts once. */
import type { Counters } from './counters.js';
import type { KeyValue } from './key-value.js';

/** Seconds for which an event is remembered. Stripe sends one again for three days. */
const REMEMBERED = 5 * 24 * 3600;
/** As many as are forgotten with each that comes, so that the cost of none depends on the others. */
const FORGOTTEN_AT_ONCE = 3;

/** Events by id (`e…`), and by the order of their coming (`f…`). */
export class SeenEvents {
  constructor(
    private readonly store: KeyValue,
    private readonly counters: Counters,
  ) {}

  has(id: string): boolean {
    return this.store.get(`e${id}`) !== undefined;
  }

  /** @param now in seconds since 1970 */
  add(id: string, now: number): void {
    const { seen } = this.counters.counts;
    this.store.setText(`e${id}`, '');
    this.store.setText(`f${seen.next}`, `${now} ${id}`);
    seen.next += 1;
    for (let left = FORGOTTEN_AT_ONCE; left > 0 && seen.first < seen.next; left -= 1) {
      const [time, oldest] = (this.store.getText(`f${seen.first}`) ?? '0 ').split(' ');
      if (now - Number(time) < REMEMBERED) break;
      this.store.remove(`e${oldest}`);
      this.store.remove(`f${seen.first}`);
      seen.first += 1;
    }
  }
}
