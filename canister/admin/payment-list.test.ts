import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallerError } from '../caller-error.js';
import { Book } from '../payments/book.js';
import { Concerns } from '../storage/concerns.js';
import { Counters } from '../storage/counters.js';
import { InMemory } from '../storage/key-value.js';
import { Payments } from '../storage/payments.js';
import type { Session, Terms } from '../stripe/session.js';
import type { ListArgumentValue, ListPageValue } from './interface.js';
import { PaymentList } from './payment-list.js';

const NOW = 1_800_000_000;
const TERMS: Terms = { livemode: false, accept_modes: ['payment'], payment_links: [], accept_no_payment_required: false };
const PAID = { status: 'complete', payment_status: 'paid' };
const STATES = { open: {}, processing: { status: 'complete' }, paid: PAID, expired: { status: 'expired' } } as const;
type State = keyof typeof STATES;

/** Counts what is read: each read is a look-up in stable memory, the dearest thing that a page does. */
class CountingStore extends InMemory {
  reads = 0;

  override get(key: string): Uint8Array | undefined {
    this.reads += 1;
    return super.get(key);
  }
}

/** A list of payments by these terms, and the book that they are entered into. */
function open({ store = new CountingStore(), terms = TERMS, generation = 1 } = {}) {
  const counters = new Counters(store);
  const payments = new Payments(store, counters);
  const concerns = new Concerns(store);
  const reader = { changed: () => undefined, concern: (id: string) => concerns.add(id), happened: () => undefined, commit: () => counters.save(), wait: () => false };
  const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const book = new Book(payments, counters, { ...terms, terms_generation: generation }, ascii, reader);
  return { store, counters, book, list: new PaymentList(payments, counters, book, concerns) };
}

/** The session with a number, as Stripe tells of it. */
function session(index: number, changes: Partial<Session> = {}): Session {
  return {
    id: `cs_test_a${index}`, client_reference_id: `order-${index}`, payment_link: 'plink_1', mode: 'payment', payment_status: 'unpaid', amount_total: 1_000,
    currency: 'eur', amount_refunded: 0, created: NOW - 100, livemode: false, status: 'open', payment_intent: `pi_${index}`, expires_at: NOW + 86_300, ...changes,
  };
}

/** A list of so many payments, with what `changes` says of each. */
function filled(count: number, changes: (index: number) => Partial<Session> = () => PAID) {
  const opened = open();
  for (let index = 0; index < count; index += 1) opened.book.learn(session(index, changes(index)), NOW);
  opened.book.commit();
  return opened;
}

interface Wanted {
  before?: number;
  limit?: number;
  status?: string;
  reference?: string;
}

function wanted({ before, limit, status, reference }: Wanted): ListArgumentValue {
  const opt = <T>(value: T | undefined): [] | [T] => (value === undefined ? [] : [value]);
  return { before: opt(before), limit: opt(limit), status: opt(status), reference: opt(reference) };
}

const idsOf = ({ payments }: ListPageValue) => payments.map(({ id }) => id);

/** All pages, one after the other. */
function pages(list: PaymentList, filter: Wanted): ListPageValue[] {
  const found = [list.page(wanted(filter))];
  for (let next = found[0].next; next.length > 0; next = found.at(-1)!.next) found.push(list.page(wanted({ ...filter, before: next[0] })));
  return found;
}

describe('a page', () => {
  it('has the newest payments first, twenty where nothing is said, and says where the next one begins', () => {
    const { list } = filled(30);
    const page = list.page(wanted({}));
    expect(idsOf(page)).toEqual(Array.from({ length: 20 }, (_, index) => `cs_test_a${29 - index}`));
    expect(page.payments.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, index) => 29 - index));
    expect(page.next).toEqual([10]);
  });

  it('that is the last one has no next', () => {
    const { list } = filled(5);
    expect(list.page(wanted({ limit: 5 })).next).toEqual([]);
    expect(list.page(wanted({ limit: 4 })).next).toEqual([1]);
    expect(list.page(wanted({ before: 0 }))).toEqual({ payments: [], next: [] });
    expect(open().list.page(wanted({}))).toEqual({ payments: [], next: [] });
  });

  it.each([[0, 1], [1, 1], [99, 99], [100, 100], [101, 100], [4_294_967_295, 100]])('of a limit of %i has %i', (limit, size) => {
    const { list } = filled(150);
    expect(list.page(wanted({ limit })).payments).toHaveLength(size);
  });

  it('may begin above the newest one', () => {
    const { list } = filled(3);
    expect(idsOf(list.page(wanted({ before: 4_294_967_295 })))).toEqual(['cs_test_a2', 'cs_test_a1', 'cs_test_a0']);
  });

  it('goes on where the one before ended, whatever has come in meanwhile', () => {
    const { list, book } = filled(6);
    const first = list.page(wanted({ limit: 3 }));
    book.learn(session(6, PAID), NOW);
    expect([...idsOf(first), ...idsOf(list.page(wanted({ limit: 3, before: first.next[0] })))]).toEqual([5, 4, 3, 2, 1, 0].map((index) => `cs_test_a${index}`));
  });

  it('leaves out what has been forgotten', () => {
    const { list, book } = filled(4, () => ({}));
    book.learn(session(2, { mode: 'setup' }), NOW);
    expect(idsOf(list.page(wanted({})))).toEqual(['cs_test_a3', 'cs_test_a1', 'cs_test_a0']);
  });
});

describe('a filter', () => {
  it.each<State>(['open', 'processing', 'paid', 'expired'])('by status %s lets only such through', (status) => {
    const kinds = Object.keys(STATES) as State[];
    const { list } = filled(8, (index) => STATES[kinds[index % 4]]);
    const { payments } = list.page(wanted({ status }));
    expect(payments.map((payment) => payment.status)).toEqual([status, status]);
  });

  it.each(['settled', 'PAID', '', 'paid ', 'constructor'])('by the status "%s", which there is not, is refused in words', (status) => {
    const { list } = filled(1);
    expect(() => list.page(wanted({ status }))).toThrow(CallerError);
    expect(() => list.page(wanted({ status }))).toThrow(/^status must be one of: .*open, processing, paid, failed, expired, refunded/);
  });

  it('by the beginning of a reference takes it to the letter', () => {
    const references = ['order-1', 'order-12', 'order-2', 'Order-1', null, 'preorder-1'];
    const { list } = filled(6, (index) => ({ ...PAID, client_reference_id: references[index] }));
    const found = (reference: string) => list.page(wanted({ reference })).payments.map((payment) => payment.client_reference_id[0] ?? null);
    expect(found('order-1')).toEqual(['order-12', 'order-1']);
    expect(found('')).toEqual([...references].reverse());
    expect(found('.*')).toEqual([]);
  });

  it('that lets nothing of 200 payments through gives an empty page, which says where to go on', () => {
    const { list } = filled(450, (index) => (index === 7 ? {} : PAID));
    expect(pages(list, { status: 'open' }).map((page) => [idsOf(page), page.next])).toEqual([
      [[], [250]],
      [[], [50]],
      [['cs_test_a7'], []],
    ]);
    expect(pages(list, { reference: 'order-7-' }).map((page) => [idsOf(page), page.next])).toEqual([[[], [250]], [[], [50]], [[], []]]);
  });

  it('of any kind, over all pages, finds each that fits once, the newest first', () => {
    const payment = fc.record({ state: fc.constantFrom<State>('open', 'processing', 'paid', 'expired'), reference: fc.constantFrom('a', 'ab', 'b', null), isForgotten: fc.boolean() });
    const filter = fc.record({ limit: fc.nat(5), status: fc.constantFrom<State | undefined>('open', 'paid', undefined), reference: fc.constantFrom('', 'a', 'ab', undefined) });
    fc.assert(
      fc.property(fc.array(payment, { maxLength: 30 }), filter, (told, { limit, status, reference }) => {
        const { list, book } = open();
        told.forEach((item, index) => book.learn(session(index, { ...STATES[item.state], client_reference_id: item.reference }), NOW));
        told.forEach((item, index) => item.isForgotten && book.learn(session(index, { mode: 'setup' }), NOW));
        const fitting = told.flatMap((item, index) => {
          const fits = !item.isForgotten && (status === undefined || item.state === status) && (item.reference ?? '').startsWith(reference ?? '');
          return fits ? [`cs_test_a${index}`] : [];
        });
        expect(pages(list, { limit, status, reference }).flatMap(idsOf)).toEqual(fitting.reverse());
      }),
    );
  });
});

describe('the cost of a page', () => {
  // All paid with one reference: for each payment the others have to be looked at, to tell whether it is a duplicate.
  const shared = () => ({ ...PAID, client_reference_id: 'order' });
  const few = filled(300, shared);
  const many = filled(2_000, shared);
  const readsOf = ({ store, list }: ReturnType<typeof filled>, filter: Wanted) => {
    store.reads = 0;
    list.page(wanted(filter));
    return store.reads;
  };

  it.each<[string, Wanted]>([
    ['without a filter', {}],
    ['of a hundred', { limit: 100 }],
    ['of a status that no payment has', { status: 'failed' }],
    ['of a reference that no payment has', { reference: 'x' }],
    ['of a reference that all have', { reference: 'order', limit: 100 }],
  ])('%s is the same with 300 payments and with 2,000', (_, filter) => {
    const reads = readsOf(many, filter);
    expect(reads).toBe(readsOf(few, filter));
    // Number, record and reference of each payment looked at, and the twenty others at most that have its reference.
    expect(reads).toBeLessThanOrEqual(200 * (3 + 20));
  });

  it('is the same in the middle of them', () => {
    expect(readsOf(many, { before: 1_000, status: 'failed' })).toBe(readsOf(many, { status: 'failed' }));
    expect(readsOf(many, { status: 'failed' })).toBe(2 * 200);
  });
});

describe('a payment', () => {
  it('is shown with all that is known of it', () => {
    const { list, book } = open();
    book.learn(session(0), NOW);
    book.learn(session(1, { ...PAID, presentment: { amount: 1_150, currency: 'usd' } }), NOW);
    book.learnRefund('pi_1', 400, NOW);
    expect(list.get('cs_test_a1')).toEqual({
      id: 'cs_test_a1', sequence: 1, status: 'paid', reason: [], client_reference_id: ['order-1'], payment_link: ['plink_1'], mode: 'payment', payment_status: 'paid',
      amount_total: [1_000n], currency: ['eur'], amount_refunded: 400n, presentment: [{ amount: 1_150n, currency: 'usd' }], created: 1_799_999_900n, livemode: false,
      payment_intent: ['pi_1'], expires_at: [1_800_086_300n], accepted: true, disputed: false, duplicate: false,
    });
    expect(list.get('cs_test_a2')).toBeUndefined();
  });

  it('may lack much', () => {
    const { list, book } = open();
    book.learn(session(0, { client_reference_id: null, payment_link: null, amount_total: null, currency: null, payment_intent: null, expires_at: null }), NOW);
    expect(list.get('cs_test_a0')).toMatchObject({
      client_reference_id: [], payment_link: [], amount_total: [], currency: [], presentment: [], payment_intent: [], expires_at: [],
    });
  });

  it('that never settled says so', () => {
    const { list, book } = open();
    book.learn(session(0, { status: 'complete', created: NOW - 22 * 86_400 }), NOW);
    expect(list.get('cs_test_a0')).toMatchObject({ status: 'processing', reason: ['unsettled'] });
  });

  it('that is disputed is marked, and only it', () => {
    const { list, book } = filled(2);
    book.learnDispute('pi_1');
    expect(list.page(wanted({})).payments.map(({ disputed }) => disputed)).toEqual([true, false]);
  });

  it('is a duplicate as long as another one is paid with its reference', () => {
    const { list, book } = filled(5, (index) => ({ ...(index < 3 ? PAID : {}), client_reference_id: index === 2 ? 'order-x' : 'order' }));
    const marks = () => list.page(wanted({})).payments.map(({ duplicate }) => duplicate).reverse();
    expect(marks()).toEqual([true, true, false, false, false]);
    book.learnRefund('pi_0', 1_000, NOW);
    expect(list.get('cs_test_a0')).toMatchObject({ status: 'refunded' });
    expect(marks()).toEqual([false, false, false, false, false]);
  });

  it('that a person may have to look at is found, however old, the latest first, and until it is mended', () => {
    const { list, book } = filled(1_000, () => ({ ...PAID }));
    expect(list.concerns()).toEqual([]);
    book.learnDispute('pi_7');
    book.learn(session(1_000, { ...PAID, client_reference_id: 'order-3' }), NOW);
    book.learn(session(1_001, { status: 'complete', created: NOW - 22 * 86_400 }), NOW);
    expect(list.concerns().map(({ id }) => id)).toEqual(['cs_test_a1001', 'cs_test_a1000', 'cs_test_a7']);
    book.learnRefund('pi_1000', 1_000, NOW);
    book.learn(session(1_001, { ...PAID, created: NOW - 22 * 86_400 }), NOW);
    expect(list.concerns().map(({ id }) => id)).toEqual(['cs_test_a7']);
  });

  it('without a reference is never a duplicate', () => {
    const { list } = filled(2, () => ({ ...PAID, client_reference_id: null }));
    expect(list.page(wanted({})).payments.map(({ duplicate }) => duplicate)).toEqual([false, false]);
  });

  it('that other terms let in stays on the list, and is marked', () => {
    const { store } = filled(1);
    const { list } = open({ store, terms: { ...TERMS, payment_links: ['plink_other'] }, generation: 2 });
    expect(list.page(wanted({})).payments).toMatchObject([{ id: 'cs_test_a0', status: 'paid', accepted: false }]);
  });
});
