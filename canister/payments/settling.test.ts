import { describe, expect, it } from 'vitest';
import { BackendWorld, START } from '../testing/backend-world.js';
import type { ModelSession } from '../testing/model-stripe.js';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** A session whose delayed payment the canister knows of by its shopper, who then leaves for good. */
async function pending(world: BackendWorld): Promise<ModelSession> {
  const session = world.stripe.create();
  world.stripe.payLater(session);
  expect(await world.ask(`/checkout/${session.id}`)).toMatchObject({ status: 'processing' });
  return session;
}

/** The moments at which a session was looked up after the first time, in seconds since then. */
function later(world: BackendWorld, { id }: ModelSession): number[] {
  const [first, ...others] = world.lookupsOf(id);
  return others.map((at) => at - first);
}

describe('a payment that is processing', () => {
  it('is looked up every ten minutes for an hour, every hour for a day, then four times a day, until 21 days have passed', async () => {
    const world = new BackendWorld();
    const session = await pending(world);
    await world.pass(60 * DAY);
    const times = later(world, session);
    const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
    const within = (from: number, to: number) => gaps.filter((_, i) => times[i] > from && times[i] <= to);
    expect(within(0, HOUR)).toEqual(new Array(6).fill(10 * MINUTE));
    expect(within(HOUR, DAY)).toEqual(new Array(23).fill(HOUR));
    expect(within(DAY, 60 * DAY)).toEqual(new Array(81).fill(6 * HOUR));
    expect(times.at(-1)).toBe(21 * DAY + 6 * HOUR);
    expect(world.known.get(session.id)).toMatchObject({ status: 'processing', reason: ['unsettled'] });
    expect(world.waiting).toBe(0);
  });

  it('is looked up no more often for having been told of by a webhook and a shopper', async () => {
    const world = new BackendWorld();
    const session = await pending(world);
    for (const { body } of world.stripe.events) await world.deliver(body);
    await world.pass(2 * DAY);
    expect(later(world, session)).toHaveLength(1 + 6 + 23 + 4);
    expect(world.waiting).toBe(1);
  });

  it('is looked up no more often for Stripe’s troubles, with shoppers asking meanwhile', async () => {
    const world = new BackendWorld();
    const session = await pending(world);
    for (let turn = 0; turn < 10; turn += 1) {
      world.outcalls.fault = () => 'stripe_error';
      await world.pass(3 * HOUR);
      world.outcalls.fault = () => undefined;
      await world.ask(`/checkout/${session.id}`);
    }
    expect(world.waiting).toBe(1);
  });

  it('is found settled days later with nobody watching, across an upgrade', async () => {
    const world = new BackendWorld();
    const session = await pending(world);
    await world.pass(3 * DAY);
    world.upgrade();
    await world.pass(2 * DAY);
    world.stripe.settle(session, true);
    await world.pass(6 * HOUR);
    expect(world.known.get(session.id)).toMatchObject({ status: 'paid' });
    const { length } = world.outcalls.made.filter(({ url }) => url.pathname.endsWith(session.id));
    await world.pass(30 * DAY);
    expect([world.lookupsOf(session.id).length - length, world.waiting]).toEqual([0, 0]);
  });

  it('is not given up because Stripe once knows no such session, as with the key of another account', async () => {
    const world = new BackendWorld();
    const session = await pending(world);
    await world.pass(3 * DAY);
    const hidden = world.stripe.sessions.splice(0);
    await world.pass(6 * HOUR);
    world.stripe.sessions.push(...hidden);
    world.stripe.settle(session, true);
    await world.pass(DAY);
    expect(world.known.get(session.id)).toMatchObject({ status: 'paid' });
  });

  it('is looked up at once when an event says that it has settled', async () => {
    const world = new BackendWorld();
    const session = await pending(world);
    await world.pass(5 * DAY);
    world.stripe.settle(session, true);
    expect(await world.deliver(world.stripe.events.at(-1)!.body)).toBe(200);
    expect(world.known.get(session.id)).toMatchObject({ status: 'processing' });
    await world.pass(0);
    expect(world.known.get(session.id)).toMatchObject({ status: 'paid' });
  });
});

describe('one bad item', () => {
  it.each(['stripe_error', 'rejected', 'trap'] as const)('whose lookups always end in %s holds nothing up, and is tried ever more seldom', async (fault) => {
    const world = new BackendWorld();
    const sessions = [world.stripe.create(), world.stripe.create(), world.stripe.create()];
    for (const session of sessions) world.stripe.pay(session);
    const [, bad] = sessions;
    world.outcalls.fault = (url) => (url.pathname.endsWith(bad.id) ? fault : undefined);
    for (const { body } of world.stripe.events) await world.deliver(body);
    await world.pass(MINUTE);
    expect(sessions.map(({ id }) => world.known.get(id)?.status)).toEqual(['paid', undefined, 'paid']);
    world.outcalls.fault = (url) => (url.pathname.endsWith(bad.id) || url.pathname.endsWith('/sessions') ? fault : undefined);
    await world.pass(60 * DAY);
    const times = world.lookupsOf(bad.id).map((at) => at - START);
    expect(times.slice(0, 6)).toEqual([0, MINUTE, 11 * MINUTE, 71 * MINUTE, 71 * MINUTE + 6 * HOUR, 71 * MINUTE + 12 * HOUR]);
    expect(times.at(-1)).toBeLessThanOrEqual(22 * DAY);
    expect(world.waiting).toBe(0);
    expect(world.system.timerErrors).toEqual([]);
  });

  it('whose record cannot be read holds nothing up, neither in a queue nor in a list', async () => {
    const world = new BackendWorld();
    const sessions = [world.stripe.create(), world.stripe.create(), world.stripe.create()];
    for (const session of sessions) world.stripe.pay(session);
    const [, bad, last] = sessions;
    world.store.set(`p${bad.id}`, Uint8Array.of(9));
    await world.deliver(world.stripe.events[1].body).catch(() => undefined);
    await world.deliver(world.stripe.events[2].body);
    await world.pass(MINUTE);
    expect(world.store.get(`p${last.id}`)).toBeDefined();
    await world.pass(DAY);
    expect(world.store.get(`p${sessions[0].id}`)).toBeDefined();
    expect(world.system.timerErrors).toEqual([]);
  });
});

it('an item in hand at an upgrade is tried again', async () => {
  const world = new BackendWorld();
  const session = world.stripe.create();
  world.stripe.pay(session);
  await world.deliver(world.stripe.events[0].body);
  await world.leap(0);
  expect([world.lookupsOf(session.id).length, world.outcalls.inFlightCount]).toEqual([1, 1]);
  world.upgrade();
  expect(world.known.size).toBe(0);
  await world.pass(MINUTE);
  expect(world.lookupsOf(session.id)).toHaveLength(2);
  expect(world.known.get(session.id)).toMatchObject({ status: 'paid' });
});

it('an item in hand is not forgotten because one before it, long given up, comes to an end', async () => {
  const world = new BackendWorld();
  const [late, next] = [world.stripe.create(), world.stripe.create()];
  for (const session of [late, next]) world.stripe.pay(session);
  await world.deliver(world.stripe.events[0].body);
  await world.leap(0); // its lookup is under way, and the subnet stands still
  await world.leap(600);
  await world.deliver(world.stripe.events[1].body);
  await world.leap(0);
  expect(world.lookupsOf(next.id)).toHaveLength(1);
  await world.arrive(0); // of the first
  world.upgrade();
  await world.pass(HOUR);
  expect(world.known.get(next.id)).toMatchObject({ status: 'paid' });
});

describe('once a day', () => {
  /** Payments whose webhooks and returns are lost. */
  function lost(world: BackendWorld, count: number): ModelSession[] {
    return Array.from({ length: count }, () => {
      const session = world.stripe.create();
      world.stripe.pay(session);
      return session;
    });
  }
  const paid = (world: BackendWorld) => world.counted.paid ?? 0;

  it('payments are found whose webhook and return were both lost', async () => {
    const world = new BackendWorld();
    await world.pass(HOUR);
    lost(world, 1);
    await world.pass(DAY - HOUR - 1);
    expect([world.lists, paid(world)]).toEqual([[], 0]);
    await world.pass(1);
    expect([world.lists, paid(world)]).toEqual([[START + DAY], 1]);
    await world.pass(3 * DAY);
    expect(world.lists).toEqual([1, 2, 3, 4].map((day) => START + day * DAY));
  });

  it('they are, page by page', async () => {
    const world = new BackendWorld();
    lost(world, 25);
    await world.pass(DAY);
    expect([world.lists.length, paid(world)]).toEqual([3, 25]);
    expect(new Set(world.outcalls.made.map(({ url }) => url.searchParams.get('starting_after'))).size).toBe(3);
  });

  it('no more than fifty pages are asked for', async () => {
    const world = new BackendWorld();
    lost(world, 520);
    await world.pass(DAY);
    expect([world.lists.length, paid(world)]).toEqual([50, 500]);
    await world.pass(3 * DAY); // and not day after day
    expect(world.lists.slice(-2)).toEqual([3, 4].map((day) => START + day * DAY));
  });

  it('what a delayed method pays is found, and followed to its end', async () => {
    const world = new BackendWorld();
    const session = world.stripe.create();
    world.stripe.payLater(session);
    await world.pass(DAY);
    expect(world.known.get(session.id)).toMatchObject({ status: 'processing' });
    world.stripe.settle(session, true);
    await world.pass(6 * HOUR);
    expect(world.known.get(session.id)).toMatchObject({ status: 'paid' });
  });

  /** Of a span that began with what one before had gone through: begun in that one, and completed in this. */
  async function begunTheDayBefore(world: BackendWorld, count: number): Promise<void> {
    await world.pass(DAY - 2 * HOUR);
    const sessions = Array.from({ length: count }, () => world.stripe.create());
    await world.pass(10 * HOUR);
    for (const session of sessions) world.stripe.pay(session);
    expect([world.lists, paid(world)]).toEqual([[START + DAY], 0]);
  }

  it('payments are found that were begun on one day and completed on the next', async () => {
    const world = new BackendWorld();
    await begunTheDayBefore(world, 3);
    await world.pass(16 * HOUR);
    expect(paid(world)).toBe(3);
  });

  it.each(['stripe_error', 'rejected', 'trap'] as const)('those of days on which it ended in %s are found on the next', async (fault) => {
    const world = new BackendWorld();
    await begunTheDayBefore(world, 3);
    world.outcalls.fault = () => fault;
    await world.pass(3 * DAY);
    expect([world.lists.length, paid(world)]).toEqual([4, 0]); // and it is not tried again and again
    world.outcalls.fault = () => undefined;
    await world.pass(DAY);
    expect(paid(world)).toBe(3);
  });

  it('those are found too that an upgrade came in the way of', async () => {
    const world = new BackendWorld();
    await begunTheDayBefore(world, 3);
    await world.leap(16 * HOUR);
    expect(world.outcalls.inFlightCount).toBe(1);
    world.upgrade();
    await world.pass(DAY);
    expect(paid(world)).toBe(3);
  });

  it('those of later pages are found too, where the first was found and another was not', async () => {
    const world = new BackendWorld();
    await begunTheDayBefore(world, 25);
    world.outcalls.fault = (url) => (url.searchParams.has('starting_after') ? 'stripe_error' : undefined);
    await world.pass(DAY);
    expect(paid(world)).toBe(10);
    world.outcalls.fault = () => undefined;
    await world.pass(DAY);
    expect(paid(world)).toBe(25);
  });

  it('nobody is asked without a key', async () => {
    const world = new BackendWorld({ api_key: '' });
    await world.pass(5 * DAY);
    expect(world.outcalls.made).toEqual([]);
  });
});
