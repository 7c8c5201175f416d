/** Upgrades at an awkward moment, and from what the first version has stored, with the Wasm that would be deployed. */
import { IDL } from '@dfinity/candid';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { oldEntry, oldSettings } from '../../canister/testing/version-1.js';
import { HttpRequestArgs } from '../local/ic/outcall/candid.js';
import { buildCanister } from './build-canister.js';
import { CanisterWorld, NO_ARGUMENT } from './canister-world.js';

const HOW = [
  ['stop, upgrade, start', { stop: true }],
  ['an upgrade without a stop', { stop: false }],
] as const;

/** In seconds. */
const DAY = 86_400;

let world: CanisterWorld;
afterEach(() => world.close());

const upgrade = ({ stop }: { stop: boolean }) => world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT, { stop });

function paidSession(): string {
  const { id } = world.stripe.createSession();
  world.stripe.pay(id);
  return id;
}

describe.each(HOW)('%s', (_, how) => {
  it('while a shopper waits loses no payment, and leaves nobody waiting', async () => {
    world = await CanisterWorld.start();
    const known = paidSession();
    await world.checkout(known);
    const id = paidSession();
    world.stripe.script(id, [{ kind: 'slow', ms: 400 }]);
    const answer = world.http(`/checkout/${id}`);
    await expect.poll(() => world.lookups).toBe(2);
    await upgrade(how);
    const { status, text } = await answer;
    if (how.stop) expect(JSON.parse(text)).toMatchObject({ status: 'paid' });
    else expect(status).toBeGreaterThanOrEqual(500); // the element asks again
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    expect(await world.checkout(known, { raw: true })).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(how.stop ? 2 : 3);
  });

  it('while the canister looks up what an event told of loses none of it', async () => {
    world = await CanisterWorld.start();
    await world.addWebhook();
    const ids = Array.from({ length: 3 }, () => world.stripe.createSession().id);
    for (const id of ids) world.stripe.script(id, [{ kind: 'slow', ms: 400 }]);
    for (const id of ids) world.stripe.pay(id);
    await world.stripe.deliveriesSettled(); // each has its 200, so Stripe will not tell again
    await expect.poll(() => world.lookups).toBeGreaterThan(0);
    await upgrade(how);
    await world.ic.settled();
    await world.ic.advanceTime(DAY * 1000 / 4);
    await world.ic.settled();
    for (const id of ids) expect(await world.checkout(id, { raw: true })).toMatchObject({ status: 'paid' });
  });
});

describe('from the first version', () => {
  let oldCanister: Uint8Array;
  beforeAll(async () => {
    oldCanister = await buildCanister(new URL('old-canister.ts', import.meta.url));
  });

  it.each(HOW)('by %s, with a lookup in flight: payments are answered as before, found by reference, and followed', async (_, how) => {
    world = await CanisterWorld.start();
    const [settled, open] = [world.stripe.createSession().id, world.stripe.createSession().id];
    world.stripe.pay(settled);
    world.stripe.pay(open);
    const now = Number(world.ic.now() / 1_000_000_000n);
    const reference = `order-1-isp1${'b'.repeat(26)}`;
    const paid = { id: 'cs_test_a1old', status: 'paid', created: now - 3 * DAY, reference } as const;
    const old = [
      paid,
      { id: settled, status: 'processing', created: now - 2 * DAY, due: now - DAY },
      { id: open, status: 'open', created: now - 60, due: now - 50 },
    ] as const;
    const store = [...old.map(oldEntry), ...oldSettings(world.stripe.keys.good)];
    const entries = store.map(([key, value]) => [Buffer.from(key), value]);
    await world.ic.install(world.canister, oldCanister, new Uint8Array(IDL.encode([IDL.Vec(IDL.Tuple(IDL.Vec(IDL.Nat8), IDL.Vec(IDL.Nat8)))], [entries])), 'reinstall');

    world.stripe.script(settled, [{ kind: 'slow', ms: 400 }]);
    const outcall = {
      url: `https://api.stripe.com/v1/checkout/sessions/${settled}`, method: { get: null }, headers: [], body: [], max_response_bytes: [8_000n], transform: [], is_replicated: [], pricing_version: [],
    };
    const inFlight = world.ic.update(world.canister, 'ask', new Uint8Array(IDL.encode([HttpRequestArgs], [outcall])), undefined).then(() => 'answered', () => 'lost');
    await expect.poll(() => world.lookups).toBe(1);
    await upgrade(how);
    expect(await inFlight).toBe(how.stop ? 'answered' : 'lost');

    const before = Buffer.from(oldEntry(paid)[1]).toString('latin1');
    const { text } = await world.http(`/checkout/${paid.id}`, { raw: true });
    expect(text).toBe(before.slice(before.indexOf('{"status"')));
    expect(JSON.parse((await world.http(`/reference/${reference}`)).text)).toMatchObject({ status: 'paid', payment: { id: paid.id } });
    expect(world.lookups).toBe(1);
    expect(await world.checkout(open)).toMatchObject({ status: 'paid' });
    await world.ic.advanceTime((DAY * 1000) / 4);
    await world.ic.settled();
    expect(await world.checkout(settled, { raw: true })).toMatchObject({ status: 'paid' }); // nobody asked
  });
});
