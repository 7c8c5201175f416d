import { describe, expect, it } from 'vitest';
import { API_KEY, BackendWorld, CONTROLLER, changesOf } from '../testing/backend-world.js';
import { encodeRequest } from '../testing/http-client.js';
import type { ModelSession } from '../testing/model-stripe.js';

const REFERENCE = `order-42-isp1${'a'.repeat(26)}`;
const PATH = `/reference/${REFERENCE}`;
const DAY = 86_400;

type Kind = 'open' | 'processing' | 'paid' | 'refunded' | 'failed' | 'expired';

const letter = (place: number) => String.fromCharCode(97 + Math.floor(place));

/** A session of a kind with the reference, which the canister knows of. */
async function learn(world: BackendWorld, kind: Kind, link = 'plink_1'): Promise<ModelSession> {
  const { stripe } = world;
  const session = stripe.create({ reference: REFERENCE, link });
  if (kind === 'processing' || kind === 'failed') stripe.payLater(session);
  if (kind === 'paid' || kind === 'refunded') stripe.pay(session);
  if (kind === 'failed') stripe.settle(session, false);
  if (kind === 'refunded') stripe.refund(session, session.amount);
  if (kind === 'expired') stripe.expire(session);
  await world.ask(`/checkout/${session.id}`);
  for (const { body } of stripe.events.filter((event) => event.session === session)) await world.deliver(body);
  return session;
}

describe('of several sessions with one reference', () => {
  const kinds: Kind[] = ['paid', 'processing', 'open', 'refunded', 'failed', 'expired'];
  const pairs = kinds.flatMap((better, i) => kinds.slice(i + 1).map((worse) => [better, worse] as const));

  it.each(pairs)('%s comes before %s, in whatever order they come', async (better, worse) => {
    for (const order of [[better, worse], [worse, better]]) {
      const world = new BackendWorld();
      const ids = new Map<Kind, string>();
      for (const kind of order) ids.set(kind, (await learn(world, kind)).id);
      expect(await world.ask(PATH)).toMatchObject({ status: better, payment: { id: ids.get(better) } });
    }
  });

  it('the newest of two alike counts', async () => {
    const world = new BackendWorld();
    await learn(world, 'open');
    const { id } = await learn(world, 'open');
    expect(await world.ask(PATH)).toMatchObject({ payment: { id } });
  });

  it('those of a payment link that is not accepted do not', async () => {
    const world = new BackendWorld({ payment_links: [['plink_1']] });
    const { id } = await learn(world, 'expired');
    await learn(world, 'paid', 'plink_cheap');
    expect(await world.ask(PATH)).toMatchObject({ status: 'expired', payment: { id } });
  });

  it('nor those of one that is accepted no more', async () => {
    const world = new BackendWorld({ payment_links: [['plink_1', 'plink_old']] });
    await learn(world, 'paid', 'plink_old');
    const { id } = await learn(world, 'open');
    expect(await world.ask(PATH)).toMatchObject({ status: 'paid' });
    world.backend.admin.updateSettings(CONTROLLER, changesOf({ payment_links: [['plink_1']] }));
    expect(await world.ask(PATH)).toMatchObject({ status: 'open', payment: { id } });
  });

  it('two that are paid are flagged to the merchant', async () => {
    const world = new BackendWorld();
    const one = await learn(world, 'paid');
    const open = await learn(world, 'open');
    expect([world.known.get(one.id)?.duplicate, world.backend.admin.canisterStats().duplicates]).toEqual([false, 0n]);
    const other = await learn(world, 'paid');
    expect([one, open, other].map(({ id }) => world.known.get(id)?.duplicate)).toEqual([true, false, true]);
    expect(world.backend.admin.canisterStats().duplicates).toBe(1n);
  });
});

describe('a reference that nobody has told of', () => {
  it('is looked for among the newest payments, and then not found', async () => {
    const world = new BackendWorld();
    expect(await world.ask(PATH)).toEqual({ status: 'not_found' });
    expect(world.lists).toHaveLength(1);
    world.system.now += 5;
    expect(await world.ask(PATH)).toEqual({ status: 'not_found' });
    expect(world.lists).toHaveLength(1);
  });

  it('is found there where its shopper never came back', async () => {
    const world = new BackendWorld();
    const session = world.stripe.create({ reference: REFERENCE });
    world.stripe.pay(session);
    expect(await world.ask(PATH)).toMatchObject({ status: 'paid', payment: { id: session.id } });
    expect([world.lists.length, world.lookupsOf(session.id)]).toEqual([1, []]);
  });

  it('is found when it is paid after it was not found', async () => {
    const world = new BackendWorld();
    await world.ask(PATH);
    world.stripe.pay(world.stripe.create({ reference: REFERENCE }));
    world.system.now += 10;
    expect(await world.ask(PATH)).toMatchObject({ status: 'paid' });
  });

  it('is not said to be not found where Stripe could not tell', async () => {
    const world = new BackendWorld();
    world.outcalls.fault = () => 'stripe_error';
    expect(await world.ask(PATH)).toEqual({ status: 'unavailable', reason: 'busy', retry_after_ms: 4_000 });
    world.outcalls.fault = () => undefined;
    world.system.now += 4;
    expect(await world.ask(PATH)).toEqual({ status: 'not_found' });
  });

  it('is being checked where there is no key, until a webhook tells of it', async () => {
    const world = new BackendWorld({ api_key: '', livemode: [false] });
    expect(await world.ask(PATH)).toEqual({ status: 'checking', retry_after_ms: 1_000 });
    world.stripe.pay(world.stripe.create({ reference: REFERENCE }));
    await world.deliver(world.stripe.events[0].body);
    expect(await world.ask(PATH)).toMatchObject({ status: 'paid' });
  });

  it.each(['', API_KEY])('is let in as an update no more often than it is answered (key: %j)', async (api_key) => {
    const world = new BackendWorld({ api_key, livemode: [false] });
    let busy = 0;
    let letIn = 0;
    for (let turn = 0; turn < 300; turn += 1) {
      world.system.now += 0.1;
      const url = `/reference/isp1${'a'.repeat(24)}${letter(turn / 26)}${letter(turn % 26)}`;
      if (!world.mayUpdate(encodeRequest({ url }))) continue;
      letIn += 1;
      if ((await world.updateNow({ url })).status === 429) busy += 1;
    }
    expect(letIn).toBeGreaterThan(0);
    expect(busy).toBe(0);
  });
});

it('a reference whose session is due is looked up again', async () => {
  const world = new BackendWorld();
  const session = await learn(world, 'open');
  world.stripe.pay(session);
  expect(await world.ask(PATH)).toMatchObject({ status: 'open' });
  world.system.now += 3;
  expect(await world.ask(PATH)).toMatchObject({ status: 'paid' });
});

it('a reference is told of the same states as its session, by query and by update', async () => {
  const world = new BackendWorld();
  const { id } = await learn(world, 'paid');
  await world.pass(DAY);
  const bySession = world.query({ url: `/checkout/${id}` }, { raw: true }).text;
  expect(world.query({ url: PATH }, { raw: true }).text).toBe(bySession);
  expect((await world.updateNow({ url: PATH })).text).toBe(bySession);
  // Not certified, so that on the verified host only an update may tell.
  expect(world.query({ url: PATH }).upgrade).toBe(true);
});
