/** What Stripe's events change, whatever order they come in, however often, and whoever sends them. */
import { IDL } from '@dfinity/candid';
import fc from 'fast-check';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PaymentView, Stats, type PaymentViewValue, type StatsValue } from '../../canister/admin/interface.js';
import type { Answer } from '../../canister/contract.js';
import type { Delivery, PaymentMethod } from '../local/stripe/index.js';
import { openForm, postForm } from '../local/stripe/testing.js';
import { CanisterWorld, NO_ARGUMENT, type Settings } from './canister-world.js';

const COMPLETED = 'checkout.session.completed';
const SUCCEEDED = 'checkout.session.async_payment_succeeded';
const FAILED = 'checkout.session.async_payment_failed';
const EXPIRED = 'checkout.session.expired';
const REFUNDED = 'charge.refunded';
const DISPUTED = 'charge.dispute.created';
const OF_USE = [COMPLETED, SUCCEEDED, FAILED, EXPIRED, REFUNDED, DISPUTED];

const DAY = 24 * 3_600_000;
const KEYLESS: Settings = { api_key: '', livemode: [false] };
/** Stripe tries again at once, here. */
const IMPATIENT = { webhooks: { retryDelaysMs: [1, 1, 1] } };

const { webhooks } = new Stripe('sk_test_none');

let world: CanisterWorld;
let close: () => Promise<void> = () => Promise.resolve();
let secret: string;

/** A world whose stand-in holds events back, for tests to release in their own order. It stays until the next. */
async function start(settings?: Settings): Promise<void> {
  await close();
  world = await CanisterWorld.start(settings, {}, IMPATIENT);
  close = () => world.close();
  ({ secret } = await world.addWebhook());
  world.stripe.decideDeliveries(() => 'hold');
}
afterAll(() => close());

function session(method?: PaymentMethod): string {
  const { id } = world.stripe.createSession();
  if (method) world.stripe.pay(id, method);
  return id;
}

/** The events about a session and its money that are of use to the canister, the oldest first. */
function told(id: string, ...types: string[]): Delivery[] {
  const intent = world.stripe.session(id)?.payment_intent;
  const isAbout = (body: string) => body.includes(`"${id}"`) || (typeof intent === 'string' && body.includes(`"${intent}"`));
  return world.stripe.deliveries.filter(({ event }) => (types.length > 0 ? types : OF_USE).includes(event.type) && isAbout(event.body));
}

/** Has Stripe deliver events, one after the other, each answered by 200 in the end. */
async function deliver(deliveries: readonly Delivery[]): Promise<void> {
  for (const delivery of deliveries) {
    await (delivery.status === 'held' ? world.stripe.releaseDelivery(delivery) : world.stripe.resendDelivery(delivery));
    await world.stripe.deliveriesSettled();
    expect(delivery.attempts.at(-1)).toMatchObject({ status: 200, body: '{"received":true}' });
  }
}

/** What the thief of a secret makes of an event of Stripe's. */
async function forge(type: string, of: Delivery, fields: Record<string, unknown>): Promise<void> {
  forged += 1;
  const event = JSON.parse(of.event.body) as { data: { object: object } };
  const payload = JSON.stringify({ ...event, id: `evt_forged${forged}`, type, data: { object: { ...event.data.object, ...fields } } });
  const header = webhooks.generateTestHeaderString({ payload, secret, timestamp: Number(world.ic.now() / 1_000_000_000n) });
  expect((await world.http('/webhook', { method: 'POST', headers: { 'stripe-signature': header }, body: payload })).status).toBe(200);
}
let forged = 0;

/** Lets so much time pass, and all that is due by then be done. */
async function pass(ms = 0): Promise<void> {
  await world.ic.advanceTime(ms);
  await world.ic.settled();
  // What came while others were being dealt with.
  await world.ic.advanceTime(0);
  await world.ic.settled();
}

async function payment(id: string): Promise<PaymentViewValue | undefined> {
  return (await world.admin<[] | [PaymentViewValue]>('query', 'get_payment', IDL.Opt(PaymentView), [IDL.Text, id]))[0];
}

async function statusOf(id: string): Promise<string | undefined> {
  return (await payment(id))?.status;
}

async function stats(): Promise<StatsValue> {
  return world.admin<StatsValue>('query', 'canister_stats', Stats);
}

/** What the shopper is told, on either host. */
async function shown(id: string): Promise<Answer> {
  const answer = await world.checkout(id);
  expect(await world.checkout(id, { raw: true })).toMatchObject({ status: answer.status });
  return answer;
}

/** Every order of some things. */
function orders<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]];
  return things.flatMap((first, i) => orders(things.toSpliced(i, 1)).map((rest) => [first, ...rest]));
}

describe('with a key and a secret, an event', () => {
  beforeAll(() => start());

  it.each([
    [COMPLETED, { status: 'complete', payment_status: 'paid' }],
    [SUCCEEDED, { status: 'complete', payment_status: 'paid' }],
  ])('%s that says paid is no payment before a lookup says so', async (type, fields) => {
    const open = session();
    world.stripe.expire(session()); // any event of Stripe's will do
    const [model] = world.stripe.deliveries.slice(-1);
    world.stripe.script(open, [{ kind: 'api_error' }]);
    await forge(type, model, { ...(world.stripe.session(open) as object), ...fields });
    expect(await payment(open)).toBeUndefined();
    await pass();
    expect(await payment(open)).toBeUndefined(); // Stripe could not tell
    await pass(60_000);
    expect(await payment(open)).toMatchObject({ status: 'open', payment_status: 'unpaid' });
    expect((await shown(open)).status).toBe('open');
    await pass(DAY / 2);
    expect((await shown(open)).status).toBe('open');
  });

  it('about a session that there is not comes to nothing', async () => {
    const lookups = world.lookups;
    session('card');
    const [model] = world.stripe.deliveries.slice(-1);
    await forge(COMPLETED, model, { id: 'cs_test_a1inventedByTheThief' });
    await pass();
    expect(world.lookups).toBe(lookups + 1);
    expect(await payment('cs_test_a1inventedByTheThief')).toBeUndefined();
    expect(await shown('cs_test_a1inventedByTheThief')).toEqual({ status: 'not_found' });
  });

  it('cannot change what was paid, nor take it back', async () => {
    const id = session('card');
    const [completed] = told(id);
    await forge(COMPLETED, completed, { amount_total: 1, currency: 'jpy', client_reference_id: 'other' });
    await pass();
    for (const [type, fields] of [[FAILED, { payment_status: 'unpaid' }], [EXPIRED, { status: 'expired', payment_status: 'unpaid' }], [COMPLETED, { payment_status: 'unpaid' }]] as const) {
      await forge(type, completed, fields);
      await pass();
      expect(await shown(id)).toMatchObject({ status: 'paid', payment: { amount_total: 1999, currency: 'eur', client_reference_id: null } });
    }
  });

  it('by a leaked secret can deny, until Stripe says otherwise', async () => {
    const id = session('sepa_debit');
    const [completed] = told(id);
    await deliver([completed]);
    await pass();
    expect((await shown(id)).status).toBe('processing');
    await forge(FAILED, completed, {});
    await pass();
    expect((await shown(id)).status).toBe('failed');
    world.stripe.settle(id);
    await deliver(told(id, SUCCEEDED));
    await pass();
    expect((await shown(id)).status).toBe('paid');
  });

  it('by a leaked secret about what is paid, but not known to be, is found out at once', async () => {
    const id = session('card');
    await forge(FAILED, told(id)[0], { payment_status: 'unpaid' });
    await pass();
    expect((await shown(id)).status).toBe('paid');
  });

  it('of a delayed payment that failed is believed, for no lookup shows it', async () => {
    const id = session('sepa_debit');
    world.stripe.fail(id);
    expect((await shown(id)).status).toBe('processing');
    await deliver(told(id, FAILED));
    await pass();
    expect((await shown(id)).status).toBe('failed');
    // Not even by what was sent before it.
    await deliver(told(id, COMPLETED));
    await pass();
    expect((await shown(id)).status).toBe('failed');
  });

  it('of a session that ran out is looked up where somebody has asked for it, and otherwise not', async () => {
    const asked = session();
    const unknown = session();
    await shown(asked);
    const lookups = world.lookups;
    for (const id of [asked, unknown]) world.stripe.expire(id);
    for (const id of [asked, unknown]) await deliver(told(id));
    await pass();
    expect([await statusOf(asked), await statusOf(unknown)]).toEqual(['expired', undefined]);
    expect(world.lookups).toBe(lookups + 1);
  });
});

describe('without a key, an event', () => {
  beforeAll(() => start(KEYLESS));

  it('is all there is: until then it is `checking`, and then what it says', async () => {
    const id = session('card');
    for (const raw of [false, true]) expect(await world.checkout(id, { raw })).toEqual({ status: 'checking', retry_after_ms: 1000 });
    await pass(3_600_000);
    expect((await shown(id)).status).toBe('checking');
    await deliver(told(id));
    expect(await shown(id)).toMatchObject({ status: 'paid', payment: { id, amount_total: 1999, currency: 'eur', payment_status: 'paid' } });
    expect(world.lookups).toBe(0);
  });

  const sepa = (end?: 'settle' | 'fail') => () => {
    const id = session('sepa_debit');
    if (end) world.stripe[end](id);
    return id;
  };
  it.each([
    ['completed and paid', () => session('card'), 'paid'],
    ['completed, not paid yet', sepa(), 'processing'],
    ['completed, and paid later', sepa('settle'), 'paid'],
    ['completed, and failed later', sepa('fail'), 'failed'],
    ['run out', () => world.stripe.expire(session()).id, 'expired'],
  ] as const)('%s: it is so in any order', async (_, make, status) => {
    for (const order of orders([0, 1, 0])) {
      const id = make();
      const events = told(id);
      await deliver(order.map((i) => events[i % events.length]));
      expect((await shown(id)).status).toBe(status);
    }
    expect(world.lookups).toBe(0);
  });

  it('of a payment with all that can come after it: refunds in parts, in any order', async () => {
    for (const order of orders([0, 1, 2, 3])) {
      const id = sepa('settle')();
      world.stripe.refund(id, 500);
      world.stripe.refund(id, 700);
      const events = told(id);
      expect(events.map(({ event }) => event.type)).toEqual([COMPLETED, SUCCEEDED, REFUNDED, REFUNDED]);
      await deliver(order.map((i) => events[i]));
      expect(await shown(id)).toMatchObject({ status: 'paid', payment: { amount_refunded: 1200 } });
    }
  });
});

describe.each([['with a key', {}], ['without', KEYLESS]])('%s, money that goes back', (_, settings: Settings) => {
  beforeAll(() => start(settings));

  async function paid(): Promise<string> {
    const id = session('card');
    await deliver(told(id));
    await pass();
    expect(await statusOf(id)).toBe('paid');
    return id;
  }

  it('in parts adds up, and in full is `refunded`', async () => {
    const id = await paid();
    for (const [part, sum, status] of [[500, 500, 'paid'], [300, 800, 'paid'], [1199, 1999, 'refunded']] as const) {
      world.stripe.refund(id, part);
      await deliver(told(id, REFUNDED).slice(-1));
      expect(await shown(id)).toMatchObject({ status, payment: { amount_total: 1999, amount_refunded: sum } });
      expect(await payment(id)).toMatchObject({ status, amount_refunded: BigInt(sum) });
    }
  });

  it('in one is `refunded`, and stays so', async () => {
    const id = await paid();
    world.stripe.refund(id);
    await deliver(told(id, REFUNDED));
    expect(await shown(id)).toMatchObject({ status: 'refunded', payment: { amount_refunded: 1999 } });
    await deliver(told(id));
    await pass(DAY);
    expect(await shown(id)).toMatchObject({ status: 'refunded', payment: { amount_refunded: 1999 } });
  });

  it('of parts that come in the wrong order is the most that was told', async () => {
    const id = await paid();
    for (const part of [500, 300, 100]) world.stripe.refund(id, part);
    const [first, second, third] = told(id, REFUNDED);
    await deliver([second, third, first, second]);
    expect(await shown(id)).toMatchObject({ status: 'paid', payment: { amount_refunded: 900 } });
  });

  it('before the payment is known counts once it is', async () => {
    const [part, whole] = [session('card'), session('card')];
    world.stripe.refund(part, 500);
    world.stripe.refund(whole);
    for (const id of [part, whole]) {
      await deliver(told(id, REFUNDED));
      expect(await payment(id)).toBeUndefined();
      await deliver(told(id, COMPLETED));
    }
    await pass();
    expect(await shown(part)).toMatchObject({ status: 'paid', payment: { amount_refunded: 500 } });
    expect(await shown(whole)).toMatchObject({ status: 'refunded', payment: { amount_refunded: 1999 } });
  });

  it('by a dispute is a flag for the merchant, before the payment is known or after, and nothing to the public', async () => {
    const { disputed } = await stats();
    const known = await paid();
    const before = await shown(known);
    const unknown = session('card');
    for (const id of [known, unknown]) {
      world.stripe.dispute(id);
      await deliver(told(id, DISPUTED));
    }
    await deliver(told(unknown, COMPLETED));
    await pass();
    for (const id of [known, unknown]) {
      await deliver(told(id, DISPUTED));
      expect(await payment(id)).toMatchObject({ status: 'paid', disputed: true });
    }
    expect(await shown(known)).toEqual(before);
    expect((await stats()).disputed).toBe(disputed + 2n);
    expect(await payment(await paid())).toMatchObject({ disputed: false });
  });
});

describe("Stripe's deliveries", () => {
  beforeEach(() => start());

  it('that fail come again, and nothing of the one that failed is left', async () => {
    world.stripe.decideDeliveries(({ event }) => (event.type === COMPLETED ? 'send' : 'lose'));
    world.ic.trapNext(world.canister, 'update');
    const id = session('card');
    await world.stripe.deliveriesSettled();
    expect(told(id)[0].attempts.map(({ status }) => status)).toEqual([503, 200]);
    await pass();
    expect(await statusOf(id)).toBe('paid');
    expect((await stats()).events).toEqual([['completed', 1n]]);
    expect(world.lookups).toBe(1);
  });

  it('that come twice at the same moment count once', async () => {
    world.stripe.decideDeliveries(({ event }) => (OF_USE.includes(event.type) ? 'send_twice' : 'lose'));
    const id = session('sepa_debit');
    world.stripe.settle(id);
    world.stripe.refund(id, 500);
    await world.stripe.deliveriesSettled();
    expect(told(id).map(({ attempts }) => attempts.map(({ status }) => status))).toEqual([[200, 200], [200, 200], [200, 200]]);
    await pass();
    expect(await shown(id)).toMatchObject({ status: 'paid', payment: { amount_refunded: 500 } });
    expect(Object.fromEntries((await stats()).events)).toEqual({ completed: 1n, async_payment_succeeded: 1n, refund: 1n });
  });

  it('of many payments at once, the last first, are all taken in', async () => {
    const ids = Array.from({ length: 12 }, (_, i) => session(i % 3 === 0 ? 'sepa_debit' : 'card'));
    for (const [i, id] of ids.entries()) if (i % 3 === 0) world.stripe.settle(id);
    const held = ids.flatMap((id) => told(id)).reverse();
    const attempts = await Promise.all(held.map((delivery) => world.stripe.releaseDelivery(delivery)));
    expect(attempts.filter(({ status }) => status !== 200)).toEqual([]);
    await pass();
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'paid'));
    expect((await stats()).waiting).toBe(0n);
  });

  it('that are all lost are made up for within a day', async () => {
    world.stripe.decideDeliveries(() => 'lose');
    const ids = [session('card'), session('sepa_debit')];
    await pass(DAY);
    expect(await Promise.all(ids.map(statusOf))).toEqual(['paid', 'processing']);
    // And what settles days later is found with nobody telling.
    world.stripe.settle(ids[1]);
    await pass(DAY / 4);
    expect(await statusOf(ids[1])).toBe('paid');
  });

  it.each([['with a key', {}], ['without', KEYLESS]])('%s, reach the canister before the shopper returns', async (_, settings: Settings) => {
    await start(settings);
    world.stripe.decideDeliveries(() => 'send');
    const link = world.stripe.createPaymentLink({ merchant: 'Shop', product: 'Cup', amount: 1999, currency: 'eur', afterPayment: 'https://shop.example/?id={CHECKOUT_SESSION_ID}' });
    const { action } = await openForm(link.url);
    const id = new URL(String((await postForm(action)).headers.get('location'))).searchParams.get('id')!;
    expect(told(id, COMPLETED)[0].attempts).toMatchObject([{ status: 200 }]);
    await pass();
    const lookups = world.lookups;
    expect(await world.checkout(id, { raw: true })).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(lookups);
  });
});

/** What can happen. A number picks one of the events so far, be it for the first time or again. */
type Step = 'card' | 'sepa_debit' | 'settle' | 'fail' | 'expire' | 'refund' | 'dispute' | 'ask' | 'wait' | 'upgrade' | 'trap' | number;

const RANK = ['open', 'processing', 'expired', 'failed', 'paid', 'refunded'];

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.nat(7) },
    { weight: 3, arbitrary: fc.constantFrom<Step>('card', 'sepa_debit') },
    { weight: 4, arbitrary: fc.constantFrom<Step>('settle', 'fail', 'refund', 'dispute') },
    { weight: 3, arbitrary: fc.constantFrom<Step>('ask', 'wait', 'trap') },
    { weight: 1, arbitrary: fc.constantFrom<Step>('expire', 'upgrade') },
  ),
  { minLength: 4, maxLength: 14 },
);

describe.each([['with a key', {}], ['without', KEYLESS]])('%s, whatever happens in whatever order', (_, settings: Settings) => {
  beforeAll(() => start(settings));

  it('never runs ahead of Stripe, never goes back, and ends where Stripe is', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const id = session();
        /** Where it really stands. */
        const truth = { status: 'open', refunded: 0, disputed: false };
        let last = -1;

        const happens: Record<Exclude<Step, number>, () => unknown> = {
          card: () => truth.status === 'open' && (world.stripe.pay(id, 'card'), (truth.status = 'paid')),
          sepa_debit: () => truth.status === 'open' && (world.stripe.pay(id, 'sepa_debit'), (truth.status = 'processing')),
          settle: () => truth.status === 'processing' && (world.stripe.settle(id), (truth.status = 'paid')),
          fail: () => truth.status === 'processing' && (world.stripe.fail(id), (truth.status = 'failed')),
          expire: () => truth.status === 'open' && (world.stripe.expire(id), (truth.status = 'expired')),
          refund() {
            if (truth.status !== 'paid' || truth.disputed) return;
            const part = Math.min(800, 1999 - truth.refunded);
            world.stripe.refund(id, part);
            truth.refunded += part;
            if (truth.refunded === 1999) truth.status = 'refunded';
          },
          dispute: () => truth.status === 'paid' && !truth.disputed && (world.stripe.dispute(id), (truth.disputed = true)),
          ask: () => world.http(`/checkout/${id}`),
          wait: () => pass(11 * 60_000),
          upgrade: () => world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT),
          trap: () => {
            world.ic.trapNext(world.canister, 'update');
          },
        };
        for (const step of course) {
          const events = told(id);
          if (typeof step !== 'number') await happens[step]();
          else if (events.length > 0) {
            const delivery = events[step % events.length];
            await (delivery.status === 'held' ? world.stripe.releaseDelivery(delivery) : world.stripe.resendDelivery(delivery));
            await world.stripe.deliveriesSettled();
          }
          const rank = RANK.indexOf((await statusOf(id)) ?? 'open');
          expect(rank).toBeGreaterThanOrEqual(last);
          expect(rank).toBeLessThanOrEqual(RANK.indexOf(truth.status));
          last = rank;
        }
        // A trap that nothing has run into yet goes off here.
        await world.http('/webhook', { method: 'POST' });
        await deliver(told(id));
        await pass(11 * 60_000);
        const end = await payment(id);
        // Of a session that nobody has paid there is perhaps nothing to know.
        if (end === undefined) expect(['open', 'expired']).toContain(truth.status);
        else expect(end).toMatchObject({ status: truth.status, amount_refunded: BigInt(truth.refunded), disputed: truth.disputed });
      }),
      { numRuns: 20 },
    );
  });
});
