/** Payments, page by page: a filtered list that grows at both ends, and walks through all of it. */
import type { Backend, ListArgument, ListPage, Payment } from './backend.js';

/** What to list. */
export interface Filter {
  status: string;
  /** How references begin. */
  reference: string;
}

type Lister = Pick<Backend, 'listPayments'>;

/** The most that one call gives. */
const MOST_A_PAGE = 100;
/** Pages may be empty although there are more: after so many in a row somebody is asked whether to go on. */
const MOST_EMPTY = 10;
/** Pages of new payments, after which a list rather begins anew. */
const MOST_NEW = 4;

/** Gives page after page, the newest first, until there are no more. Throws what the backend throws. */
export async function* walk(backend: Lister, filter: Partial<Filter> = {}, limit = MOST_A_PAGE, before?: number): AsyncGenerator<ListPage> {
  for (let next: number | null | undefined = before; next !== null; ) {
    const page: ListPage = await backend.listPayments({ ...argumentOf(filter), limit, ...(next !== undefined && { before: next }) });
    yield page;
    // A canister that did not go forward would be asked for ever.
    if (page.next !== null && next !== undefined && page.next >= next) return;
    next = page.next;
  }
}

function argumentOf({ status, reference }: Partial<Filter>): ListArgument {
  return { ...(status && { status }), ...(reference && { reference }) };
}

/** A list of payments as somebody looks at it. */
export class PaymentPages {
  /** The newest first. */
  rows: readonly Payment[] = [];
  /** Where to go on; null at the end. */
  next: number | null = null;
  /** Whether the last look for more ended without a find, and there is more to look through. */
  isFruitless = false;

  readonly #backend: Lister;
  readonly #filter: Partial<Filter>;
  readonly #limit: number;
  /** All payments from this sequence number to the newest of then have been looked through. */
  #seen = 0;

  constructor(backend: Lister, filter: Partial<Filter> = {}, limit = MOST_A_PAGE) {
    this.#backend = backend;
    this.#filter = filter;
    this.#limit = limit;
  }

  /** The first rows. */
  async load(): Promise<void> {
    await this.#append(this.#walk());
  }

  /** More rows at the end. */
  async more(): Promise<void> {
    if (this.next !== null) await this.#append(this.#walk(this.next));
  }

  /**
   * What is new, and what has changed on the first page.
   * Where more is new than some pages hold, the list begins anew: no row may be missing in between.
   * @returns the new ones
   */
  async refresh(): Promise<Payment[]> {
    const known = new Set(this.rows.map(({ id }) => id));
    const seen = this.#seen;
    const fresh: Payment[] = [];
    let pages = 0;
    let first: ListPage | undefined;
    for await (const page of this.#walk()) {
      const { payments, next } = page;
      first ??= page;
      fresh.push(...payments);
      pages += 1;
      if (next === null || next <= seen) break;
      if (pages === MOST_NEW) {
        this.rows = [];
        this.next = next;
        break;
      }
    }
    // Only now: where a page in between has failed, the rest is not seen.
    if (first) this.#see(first);
    this.patch(fresh);
    return fresh.filter(({ id }) => !known.has(id));
  }

  /** Enters payments, new ones and known ones. One that the filter no longer fits stays until the list is loaded anew. */
  patch(payments: readonly Payment[]): void {
    const all = new Map(this.rows.map((payment) => [payment.id, payment]));
    for (const payment of payments) all.set(payment.id, payment);
    this.rows = [...all.values()].sort((a, b) => b.sequence - a.sequence);
  }

  async #append(pages: AsyncGenerator<ListPage>): Promise<void> {
    let empty = 0;
    this.isFruitless = false;
    for await (const page of pages) {
      const { payments, next } = page;
      if (this.#seen === 0) this.#see(page);
      this.next = next;
      if (payments.length > 0) {
        this.patch(payments);
        return;
      }
      empty += 1;
      if (empty === MOST_EMPTY && next !== null) {
        this.isFruitless = true;
        return;
      }
    }
  }

  #see({ payments, next }: ListPage): void {
    this.#seen = Math.max(this.#seen, payments[0]?.sequence ?? 0, next ?? 0);
  }

  #walk(before?: number): AsyncGenerator<ListPage> {
    return walk(this.#backend, this.#filter, this.#limit, before);
  }
}
