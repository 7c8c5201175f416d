import { describe, expect, it } from 'vitest';
import { BackendWorld, CONTROLLER, SECRET, START, changesOf } from '../testing/backend-world.js';
import { oldEntry, oldSettings, type Old } from '../testing/version-1.js';

const DAY = 86_400;
const REFERENCE = `order-1-isp1${'b'.repeat(26)}`;

/** What the first version of the canister has left behind, ids in another order than they were created in. */
const OLD: Old[] = [
  { id: 'cs_test_c', status: 'paid', created: START - 3 * DAY, reference: REFERENCE },
  { id: 'cs_test_a', status: 'open', created: START - 60, due: START - 50 },
  { id: 'cs_test_b', status: 'processing', created: START - 2 * DAY, due: START - DAY },
  { id: 'cs_test_e', status: 'paid', created: START - DAY, reference: REFERENCE },
  { id: 'cs_test_d', status: 'expired', created: START - 9 * DAY },
];
const IN_ORDER = ['cs_test_d', 'cs_test_c', 'cs_test_b', 'cs_test_e', 'cs_test_a'];

/** An upgrade, without an argument, from the first version. */
function upgraded(old: readonly Old[] = OLD): BackendWorld {
  return new BackendWorld(null, (store) => {
    for (const [key, value] of [...old.map(oldEntry), ...oldSettings('rk_test_old')]) store.set(key, value);
  });
}

describe('what the first version has stored', () => {
  it('is numbered, the oldest first, and listed, the newest first', () => {
    const { known } = upgraded();
    expect([...known.values()].map(({ id, sequence }) => [id, sequence])).toEqual(IN_ORDER.map((id, i) => [id, i]).reverse());
  });

  it('is counted', () => {
    const world = upgraded();
    expect(world.counted).toEqual({ paid: 2, open: 1, processing: 1, expired: 1 });
    const { payments, next } = world.backend.admin.listPayments({ before: [], limit: [1], status: ['paid'], reference: ['order-1'] });
    expect([payments.map(({ id }) => id), next]).toEqual([['cs_test_e'], [3]]);
  });

  it('is answered as before, letter by letter', () => {
    const world = upgraded();
    for (const id of ['cs_test_c', 'cs_test_d']) {
      const record = Buffer.from(oldEntry(OLD.find((old) => old.id === id)!)[1]).toString('latin1');
      expect(world.query({ url: `/checkout/${id}` }, { raw: true }).text).toBe(record.slice(record.indexOf('{"status"')));
    }
    expect(world.outcalls.made).toEqual([]);
  });

  it('is found by reference, and two payments with one are flagged', async () => {
    const world = upgraded();
    expect(await world.ask(`/reference/${REFERENCE}`)).toMatchObject({ status: 'paid', payment: { id: 'cs_test_e' } });
    expect(IN_ORDER.filter((id) => world.known.get(id)?.duplicate)).toEqual(['cs_test_c', 'cs_test_e']);
    expect(world.backend.admin.canisterStats().duplicates).toBe(1n);
  });

  it('is found by payment intent, so that a refund counts', async () => {
    const world = upgraded();
    world.backend.admin.updateSettings(CONTROLLER, changesOf({ webhook_secrets: [[SECRET]] }));
    const session = Object.assign(world.stripe.create(), { id: 'cs_test_c' });
    world.stripe.pay(session);
    world.stripe.refund(session, 400);
    world.stripe.refund(session, 600);
    expect(await world.deliver(world.stripe.events[1].body)).toBe(200);
    expect(world.known.get('cs_test_c')).toMatchObject({ status: 'paid', amount_refunded: 400n });
    expect(await world.deliver(world.stripe.events[2].body)).toBe(200);
    expect(await world.ask('/checkout/cs_test_c')).toMatchObject({ status: 'refunded' });
    expect(world.counted).toEqual({ paid: 1, refunded: 1, open: 1, processing: 1, expired: 1 });
  });

  it('is looked up again when somebody asks', async () => {
    const world = upgraded();
    world.stripe.pay(Object.assign(world.stripe.create(), { id: 'cs_test_a' }));
    expect(await world.ask('/checkout/cs_test_a')).toMatchObject({ status: 'paid' });
    expect(world.counted).toEqual({ paid: 3, processing: 1, expired: 1 });
    expect(world.known.get('cs_test_a')?.sequence).toBe(4);
  });

  it('and is processing is followed to its end with nobody watching', async () => {
    const world = upgraded();
    Object.assign(world.stripe.create(), { id: 'cs_test_b', created: START - 2 * DAY, status: 'complete', payment_status: 'paid' });
    await world.pass(DAY / 4);
    expect(world.known.get('cs_test_b')).toMatchObject({ status: 'paid' });
  });
});

it('the settings of the first version stay, with the defaults of what they lacked, and numbers of calls go on', () => {
  const world = upgraded();
  expect(world.backend.admin.getSettings()).toMatchObject({ api_host: 'api.stripe.com', api_key: '…', accept_modes: ['payment'], webhook_secrets: [], admins: [], replicated: true, idempotent_proxy: [] });
  expect(world.store.getText('n')).toBe('41');
});

it('all this is done once: later upgrades number nothing anew', async () => {
  const world = upgraded();
  world.stripe.pay(world.stripe.create());
  await world.ask(`/checkout/${world.stripe.sessions[0].id}`);
  const before = [...world.known.values()];
  world.upgrade();
  world.upgrade();
  expect([...world.known.values()]).toEqual(before);
  expect(world.counted).toEqual({ paid: 3, open: 1, processing: 1, expired: 1 });
});

it('where nothing was stored, nothing is', () => {
  const world = new BackendWorld();
  expect([world.store.keys(), world.counted]).toEqual([['c', 's'], {}]);
});
