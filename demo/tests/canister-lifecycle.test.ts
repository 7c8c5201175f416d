import { afterEach, describe, expect, it } from 'vitest';
import { LocalIc, type LocalIcOptions } from '../local/ic/index.js';
import { CanisterWorld, NO_ARGUMENT, initArgument, type Settings } from './canister-world.js';

let world: CanisterWorld;
async function start(settings?: Settings, options?: LocalIcOptions): Promise<CanisterWorld> {
  return (world = await CanisterWorld.start(settings, options));
}
afterEach(() => world.close());

function paidSession(): string {
  const { id } = world.stripe.createSession();
  world.stripe.pay(id);
  return id;
}

describe('an upgrade', () => {
  it('keeps payments and settings, and asks Stripe for nothing again', async () => {
    await start({ pricing_version: [1] });
    const id = paidSession();
    const before = await world.checkout(id);
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    expect(await world.checkout(id)).toEqual(before);
    expect(await world.checkout(id, { raw: true })).toEqual(before);
    expect(world.lookups).toBe(1);
    expect(await world.checkout(paidSession())).toMatchObject({ status: 'paid' }); // the key is still there
  });

  it('with an argument takes the new settings', async () => {
    await start({ api_key: 'rk_test_wrong' });
    const id = paidSession();
    expect(await world.checkout(id)).toMatchObject({ reason: 'misconfigured' });
    await world.ic.upgrade(world.canister, world.wasm, initArgument({ api_key: world.stripe.keys.good }));
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('with a wrong argument is rolled back whole', async () => {
    await start();
    const id = paidSession();
    const upgrade = world.ic.upgrade(world.canister, world.wasm, initArgument({ api_key: 'rk_test_1', livemode: [true] }));
    await expect(upgrade).rejects.toThrow('livemode must be false with a test key');
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('waits for a lookup under way, whose answer is not lost', async () => {
    await start();
    const id = paidSession();
    world.stripe.script(id, [{ kind: 'slow', ms: 400 }]);
    const answer = world.checkout(id);
    await expect.poll(() => world.lookups).toBe(1);
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    expect(await answer).toMatchObject({ status: 'paid' });
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(1);
  });
});

describe('an installation', () => {
  const install = async (argument: Uint8Array) => {
    const ic = new LocalIc();
    try {
      await ic.install(ic.createCanister(), world.wasm, argument);
    } finally {
      await ic.close();
    }
  };

  it('without an argument says what is missing', async () => {
    await start();
    await expect(install(NO_ARGUMENT)).rejects.toThrow('(record { api_host = "api.stripe.com"; api_key = "rk_…" })');
  });

  it('with a wrong argument says what to mend, and does not quote the key', async () => {
    await start();
    const refusal = install(initArgument({ api_key: 'rk_live_secret of mine' }));
    await expect(refusal).rejects.toThrow('api_key must be the key alone');
    await refusal.catch((error: Error) => expect(error.message).not.toContain('secret'));
  });
});

describe('a trap after Stripe has answered', () => {
  it('leaves no marker behind: the next who asks is not told to wait', async () => {
    await start();
    const id = paidSession();
    world.ic.trapNext(world.canister, 'reply');
    const { status, text } = await world.http(`/checkout/${id}`);
    expect(status).toBeGreaterThanOrEqual(500);
    expect(text).not.toContain('rk_');
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(2);
  });

  it('leaves what was known', async () => {
    await start();
    const { id } = world.stripe.createSession();
    const open = await world.checkout(id);
    await world.ic.advanceTime(3000);
    world.ic.trapNext(world.canister, 'reply');
    await world.http(`/checkout/${id}`);
    world.stripe.script(id, [{ kind: 'api_error' }]);
    expect(await world.checkout(id)).toMatchObject({ status: 'open', payment: open.payment });
    expect(world.lookups).toBe(3);
  });
});

describe('a lookup whose end never comes', () => {
  it('lapses', async () => {
    await start({}, { outcallTimeoutMs: 3_600_000 });
    const id = paidSession();
    world.stripe.script(id, [{ kind: 'hang' }]);
    const lost = world.http(`/checkout/${id}`).catch(() => undefined);
    await expect.poll(() => world.lookups).toBe(1);
    await world.ic.advanceTime(150_000);
    expect(await world.checkout(id)).toMatchObject({ status: 'checking' });
    await world.ic.advanceTime(30_000);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    await world.close();
    await lost;
  });
});

describe('cycles', () => {
  it.each([1, 2])('pricing version %i: what is attached is enough, and most of it comes back', async (version) => {
    await start({ pricing_version: [version] });
    expect(await world.checkout(paidSession())).toMatchObject({ status: 'paid' });
    const { outcalls } = world.ic.expenses(world.canister);
    expect(outcalls).toBeGreaterThan(10_000_000n);
    expect(outcalls).toBeLessThan(version === 1 ? 140_000_000n : 400_000_000n); // version 2 also charges for time; the benchmark counts exactly
  });

  it('are enough for the longest answer, which comes late', async () => {
    await start({}, { pricedNodes: 34 });
    const { id } = world.stripe.createSession({ size: 'full' });
    world.stripe.pay(id);
    world.stripe.script(id, [{ kind: 'slow', ms: 1000, times: 2 }]);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('below the floor are not spent on outcalls', async () => {
    await start();
    const id = paidSession();
    world.ic.setCycleBalance(world.canister, 99_000_000_000n);
    expect(await world.checkout(id)).toMatchObject({ status: 'unavailable', reason: 'low_cycles', retry_after_ms: 30_000 });
    expect(world.lookups).toBe(0);
    world.ic.setCycleBalance(world.canister, 1_000_000_000_000n);
    await world.ic.advanceTime(30_000);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });
});

describe('an idempotent proxy', () => {
  it('is asked by its convention, with a key that no other lookup shares, not even after an upgrade', async () => {
    await start({ idempotent_proxy: ['proxy.example'] }, { nodes: 4 });
    const first = paidSession();
    const second = paidSession();
    expect(await world.checkout(first)).toMatchObject({ status: 'paid' });
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    expect(await world.checkout(second)).toMatchObject({ status: 'paid' });
    await expect.poll(() => world.lookups).toBe(8);
    const keys = world.stripe.requests.map(({ idempotencyKey }) => idempotencyKey);
    // Canister, stable counter, time: each alone would repeat some day.
    expect([keys[0], keys[4]].map((key) => key!.split('-').at(-2))).toEqual(['1', '2']);
    expect(new Set(keys.slice(0, 4)).size).toBe(1); // every node sends the same, so that the proxy asks once
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toContain(world.canister.toText());
    expect(new Set(world.stripe.requests.map(({ forwardedHost }) => forwardedHost))).toEqual(new Set(['api.stripe.com']));
  });
});

describe('what Stripe is asked', () => {
  it('is a session, by the pinned version, with the key', async () => {
    await start();
    const id = paidSession();
    await world.checkout(`${id}?n=1`);
    expect(world.stripe.requests).toMatchObject([
      { method: 'GET', path: `/v1/checkout/sessions/${id}`, authorization: world.stripe.keys.good.slice(-4), stripeVersion: '2026-10-28.endive' },
    ]);
  });
});
