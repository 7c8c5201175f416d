import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, Book, movesForward, nextLookupIn } from './book.js';
import type { Status } from '../contract.js';
import type { Session } from '../stripe/session.js';
import { Counters } from '../storage/counters.js';
import { InMemory } from '../storage/key-value.js';
import { Payments } from '../storage/payments.js';

const NOW = 1_800_000_000;
const TERMS = { livemode: false, accept_modes: ['payment'], payment_links: [], accept_no_payment_required: false, terms_generation: 1 };
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function session(changes: Partial<Session> = {}): Session {
  return {
    id: 'cs_test_a1', client_reference_id: 'order-1', payment_link: 'plink_1', mode: 'payment', payment_status: 'unpaid', amount_total: 1_000, currency: 'eur',
    amount_refunded: 0, created: NOW - 100, livemode: false, status: 'open', payment_intent: 'pi_1', expires_at: NOW + 86_300, ...changes,
  };
}
const PAID = { status: 'complete', payment_status: 'paid' };

/** A book on a store; another one on the same store is what an upgrade leaves. */
function open(store = new InMemory()) {
  const counters = new Counters(store);
  const payments = new Payments(store, counters);
  const waiting: [string, number][] = [];
  const happenings: string[] = [];
  const concerns: string[] = [];
  const reader = {
    changed: () => undefined,
    concern: (id: string) => void concerns.push(id),
    happened: (event: string, id: string) => void happenings.push(`${event} ${id}`),
    commit: () => counters.save(),
    wait(id: string, delay: number) {
      waiting.push([id, delay]);
      return true;
    },
  };
  return { store, counters, payments, waiting, happenings, concerns, book: new Book(payments, counters, TERMS, bytes, reader) };
}

describe('news of a session', () => {
  it('are kept, numbered, counted and found again', () => {
    const { book, counters, payments } = open();
    expect(book.learn(session(PAID), NOW)).toMatchObject({ status: 'paid', due: undefined, sequence: 0 });
    expect(book.learn(session({ ...PAID, id: 'cs_test_a2', payment_intent: 'pi_2' }), NOW)).toMatchObject({ sequence: 1 });
    expect([payments.at(0), payments.at(1), payments.at(2)]).toEqual(['cs_test_a1', 'cs_test_a2', undefined]);
    expect(payments.withReference('order-1')).toEqual(['cs_test_a1', 'cs_test_a2']);
    expect(counters.counts).toMatchObject({ payments: 2, statuses: { paid: 2 }, duplicates: 1, paidOn: { 20833: 2 } });
  });

  it('that are none of the merchant’s business are not, and what was known is forgotten', () => {
    const { book, counters, payments } = open();
    book.learn(session(), NOW);
    expect(book.learn(session({ mode: 'setup' }), NOW)).toBeUndefined();
    expect([payments.get('cs_test_a1'), payments.at(0), counters.counts.statuses]).toEqual([undefined, undefined, { open: 0 }]);
  });
});

describe('what happens to a payment is told once', () => {
  it('when it becomes paid, and with each refund', () => {
    const { book, happenings } = open();
    book.learn(session(), NOW);
    expect(happenings).toEqual([]);
    for (let times = 0; times < 2; times += 1) book.learn(session(PAID), NOW);
    book.learnRefund('pi_1', 400, NOW);
    book.learnRefund('pi_1', 400, NOW);
    book.learnRefund('pi_1', 1_000, NOW);
    book.learn(session(PAID), NOW);
    expect(happenings).toEqual(['paid cs_test_a1', 'refunded cs_test_a1', 'refunded cs_test_a1']);
  });

  it('even where it is forgotten in between, and learned of again', () => {
    const { book, happenings, payments, counters } = open();
    book.learn(session(PAID), NOW);
    payments.remove('cs_test_a1', payments.get('cs_test_a1')!);
    book.learn(session(PAID), NOW);
    expect([happenings, counters.counts.paidOn]).toEqual([['paid cs_test_a1'], { 20833: 1 }]);
  });

  it('to somebody, where a person may have to look at it: disputed, paid twice by one reference, or not settling', () => {
    const { book, concerns } = open();
    book.learn(session(PAID), NOW);
    expect(concerns).toEqual([]);
    book.learn(session({ ...PAID, id: 'cs_test_a2', payment_intent: 'pi_2' }), NOW);
    book.learnDispute('pi_1');
    book.learnDispute('pi_3');
    book.learn(session({ ...PAID, id: 'cs_test_a3', payment_intent: 'pi_3', client_reference_id: 'order-3' }), NOW);
    book.learn(session({ id: 'cs_test_a4', status: 'complete', payment_intent: 'pi_4', client_reference_id: 'order-4', created: NOW - 22 * 86_400 }), NOW);
    expect(concerns).toEqual(['cs_test_a2', 'cs_test_a1', 'cs_test_a3', 'cs_test_a4']);
  });

  it('as a refund, where that was known before', () => {
    const { book, happenings } = open();
    book.learnRefund('pi_1', 1_000, NOW);
    book.learn(session(PAID), NOW);
    expect(happenings).toEqual(['refunded cs_test_a1']);
  });
});

describe('refunds and disputes', () => {
  it.each([[400, 'paid'], [1_000, 'refunded'], [1_001, 'refunded']] as const)('of %i of 1000: %s', (refunded, status) => {
    const { book, payments } = open();
    book.learn(session(PAID), NOW);
    book.learnRefund('pi_1', refunded, NOW);
    const known = payments.get('cs_test_a1')!;
    expect([known.status, answerOf(known)]).toEqual([status, expect.objectContaining({ status, payment: expect.objectContaining({ amount_refunded: refunded }) as object })]);
  });

  it('may come before the payment is known', () => {
    const { book, counters } = open();
    book.learnRefund('pi_1', 1_000, NOW);
    book.learnDispute('pi_1');
    expect(book.learn(session(PAID), NOW)).toMatchObject({ status: 'refunded', disputed: true });
    expect(counters.counts.disputed).toBe(1);
  });

  it('never make paid what is not', () => {
    const { book, payments } = open();
    book.learn(session(), NOW);
    book.learnRefund('pi_1', 1_000, NOW);
    expect(payments.get('cs_test_a1')).toMatchObject({ status: 'open' });
  });
});

/** What can happen to a session at Stripe: the states that it goes through, in order, and the refunds after. */
const history = fc.constantFrom<Partial<Session>[]>(
  [{}, PAID],
  [{}, { status: 'complete' }, PAID],
  [{}, { status: 'complete' }],
  [{}, { status: 'expired' }],
  [{}],
);
type News = { kind: 'lookup' | 'failure'; state: number } | { kind: 'refund'; amount: number } | { kind: 'dispute' | 'upgrade' };
const news: fc.Arbitrary<News> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('lookup' as const), state: fc.nat(2) }) },
  fc.record({ kind: fc.constant('refund' as const), amount: fc.constantFrom(300, 700, 1_000) }),
  fc.record({ kind: fc.constantFrom('dispute' as const, 'upgrade' as const) }),
);
const RANK: Partial<Record<Status, number>> = { open: 0, processing: 1, expired: 2, failed: 2, paid: 3, refunded: 4 };

describe('any order and repetition of news', () => {
  it('ends where Stripe is, never goes backwards, and never shows paid before Stripe does', () => {
    fc.assert(
      fc.property(history, fc.boolean(), fc.array(news, { maxLength: 25, size: 'max' }), (states, fails, heard) => {
        const hasFailed = fails && states.at(-1)?.status === 'complete' && states.at(-1)?.payment_status === undefined;
        let world = open();
        let rank = -1;
        let refunded = 0;
        let isPaidAtStripe = false;
        const take = (item: News) => {
          if (item.kind === 'lookup') {
            const state = states[Math.min(item.state, states.length - 1)];
            isPaidAtStripe ||= state === PAID;
            world.book.learn(session(state), NOW);
          } else if (item.kind === 'failure') world.book.learnFailure(session(states.at(-1)), NOW);
          else if (item.kind === 'refund') {
            if (states.at(-1) !== PAID) return; // nothing to refund
            refunded = Math.max(refunded, item.amount);
            world.book.learnRefund('pi_1', item.amount, NOW);
          } else if (item.kind === 'dispute') world.book.learnDispute('pi_1');
          else {
            world.counters.save();
            world = open(world.store);
          }
          const known = world.payments.get('cs_test_a1');
          const now = known === undefined ? -1 : (RANK[known.status] ?? -1);
          expect(now).toBeGreaterThanOrEqual(rank);
          rank = now;
          if (known && now >= 3) expect(isPaidAtStripe).toBe(true);
        };
        for (const item of hasFailed ? [...heard, { kind: 'failure', state: 0 } as const, ...heard] : heard) take(item);
        take({ kind: 'lookup', state: states.length - 1 });
        const last = states.at(-1);
        const expected = last === PAID ? (refunded >= 1_000 ? 'refunded' : 'paid') : hasFailed ? 'failed' : last?.status === 'complete' ? 'processing' : (last?.status ?? 'open');
        const known = world.payments.get('cs_test_a1')!;
        expect(known.status).toBe(expected);
        expect(answerOf(known)).toMatchObject({ status: expected, payment: { amount_refunded: last === PAID ? refunded : 0 } });
        expect(Object.values(world.counters.counts.statuses).reduce((sum, count) => sum + count, 0)).toBe(1);
        expect(world.counters.counts.statuses[expected as Status]).toBe(1);
        expect(world.counters.counts.payments).toBe(1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('states only move forward', () => {
  it.each<[Status, Status, boolean]>([
    ['open', 'open', true], ['open', 'processing', true], ['open', 'expired', true], ['processing', 'open', false], ['processing', 'failed', true],
    ['failed', 'processing', false], ['failed', 'paid', true], ['expired', 'paid', true], ['paid', 'processing', false], ['paid', 'refunded', true], ['refunded', 'paid', false],
  ])('%s → %s: %s', (known, next, moves) => {
    expect(movesForward(known, next)).toBe(moves);
  });
});

it('a session is looked up again the less often the older it is', () => {
  expect([0, 60, 3_600, 86_400].map((age) => nextLookupIn({ status: 'open' }, age))).toEqual([3, 3, 180, 600]);
  expect([0, 3_600, 86_400, 10 * 86_400].map((age) => nextLookupIn({ status: 'processing' }, age))).toEqual([60, 180, 4_320, 21_600]);
  expect(nextLookupIn({ status: 'processing', reason: 'unsettled' }, 30 * 86_400)).toBe(86_400);
  expect(nextLookupIn({ status: 'paid' }, 0)).toBeUndefined();
});
