/** Payments, page by page: a filtered list that grows at both ends, and walks through all of it. */
import type { Backend, ListArgument, ListPage, Payment, Stats } from './backend.js';

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

/** A list of payments as somebody looks at it. What it is asked meanwhile waits until it is done with what it does. */
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
  /** How the canister was when the rows were last read. */
  #state: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(backend: Lister, filter: Partial<Filter> = {}, limit = MOST_A_PAGE) {
    this.#backend = backend;
    this.#filter = filter;
    this.#limit = limit;
  }

  /** The first rows. */
  load(): Promise<void> {
    return this.#inTurn(() => this.#append());
  }

  /** More rows at the end. */
  more(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.next !== null) await this.#append(this.next);
    });
  }

  /**
   * Reads what is new; and all rows that there are, where the canister is not as it was: any of them may have changed. Rows that do
   * not fit the filter any more go. Where more is new than some pages hold, the list begins anew: no row may be missing in between.
   * @param state whatever is another one once a payment has changed
   * @returns the new ones
   */
  refresh(state = ''): Promise<Payment[]> {
    return this.#inTurn(() => this.#refresh(state));
  }

  async #refresh(state: string): Promise<Payment[]> {
    const known = new Set(this.rows.map(({ id }) => id));
    const isChanged = state !== this.#state;
    // Older ones are not shown yet.
    const end = this.next ?? 0;
    const until = isChanged ? end : Math.max(this.#seen, end);
    const pages: ListPage[] = [];
    let isAnew = false;
    for await (const page of walk(this.#backend, this.#filter, isChanged ? MOST_A_PAGE : this.#limit)) {
      pages.push(page);
      if (page.next === null || page.next <= until) break;
      isAnew = pages.length === MOST_NEW && page.next > this.#seen;
      if (isAnew) break;
    }
    // Only now: where a page in between has failed, the rest is not seen.
    if (pages.length > 0) this.#see(pages[0]);
    const payments = pages.flatMap((page) => page.payments).filter(({ sequence }) => isAnew || sequence >= end);
    const last = pages.at(-1)?.next ?? 0;
    this.rows = isAnew ? [] : this.rows.filter(({ sequence }) => sequence < last);
    if (isAnew) this.next = last;
    this.patch(payments);
    this.#state = state;
    return payments.filter(({ id }) => !known.has(id));
  }

  /** Enters payments, new ones and known ones. One that the filter no longer fits stays until it is read anew. */
  patch(payments: readonly Payment[]): void {
    const all = new Map(this.rows.map((payment) => [payment.id, payment]));
    for (const payment of payments) all.set(payment.id, payment);
    this.rows = [...all.values()].sort((a, b) => b.sequence - a.sequence);
  }

  async #append(before?: number): Promise<void> {
    let empty = 0;
    this.isFruitless = false;
    for await (const page of walk(this.#backend, this.#filter, this.#limit, before)) {
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

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task, task);
    this.#turn = turn;
    return turn;
  }
}

/** By which a list knows that payments have changed; see {@link PaymentPages.refresh}. */
export function stateOf({ payments, events, disputed }: Stats): string {
  return JSON.stringify([payments, events, disputed]);
}
