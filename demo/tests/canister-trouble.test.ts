import { afterEach, describe, expect, it } from 'vitest';
import type { Reason } from '../../canister/contract.js';
import type { Step } from '../local/stripe/index.js';
import type { LocalIcOptions } from '../local/ic/index.js';
import { CanisterWorld, initArgument, type Settings } from './canister-world.js';

let world: CanisterWorld;
async function start(settings?: Settings, options?: LocalIcOptions): Promise<CanisterWorld> {
  return (world = await CanisterWorld.start(settings, options));
}
afterEach(() => world.close());

/** A paid session whose next lookup meets trouble. */
function troubled(...steps: Step[]): string {
  const { id } = world.stripe.createSession();
  world.stripe.pay(id);
  world.stripe.script(id, steps);
  return id;
}

/** What trouble is told as, and after how long Stripe may be asked again. */
const TROUBLE: [string, Step, Reason][] = [
  ['too many requests', { kind: 'rate_limit' }, 'rate_limited'],
  ['a lock', { kind: 'lock_timeout' }, 'rate_limited'],
  ["Stripe's fault", { kind: 'api_error', status: 500 }, 'stripe_error'],
  ["a proxy's page", { kind: 'html', status: 502 }, 'stripe_error'],
  ['a page under 200', { kind: 'html', status: 200 }, 'stripe_error'],
  ['JSON that breaks off', { kind: 'invalid_json' }, 'stripe_error'],
  ['nothing', { kind: 'empty' }, 'stripe_error'],
  ['a redirect', { kind: 'redirect', location: 'https://elsewhere.example/' }, 'stripe_error'],
  ['an error under 200', { kind: 'error_under_200', error: 'rate_limit' }, 'rate_limited'],
  ["another session's body", { kind: 'fields', fields: { id: 'cs_test_a1other' } }, 'stripe_error'],
  ['no id', { kind: 'no_id' }, 'stripe_error'],
  ['a connection that is cut', { kind: 'cut', at: 'middle' }, 'stripe_unreachable'],
  ['an answer beyond all caps', { kind: 'too_large', times: 3 }, 'too_large'],
];

describe('trouble', () => {
  it.each(TROUBLE)('%s is told as unavailable, and mended by asking again', async (_, step, reason) => {
    await start();
    const id = troubled(step);
    const answer = await world.checkout(id);
    expect(answer).toMatchObject({ status: 'unavailable', reason });
    expect(answer.payment).toBeUndefined();
    const asked = world.lookups;
    expect(await world.checkout(id)).toMatchObject({ status: 'unavailable', reason }); // too early
    expect(world.lookups).toBe(asked);
    await world.ic.advanceTime(answer.retry_after_ms!);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it.each(TROUBLE)('%s overwrites nothing that is known', async (_, step) => {
    await start();
    const { id } = world.stripe.createSession();
    world.stripe.pay(id, 'sepa_debit');
    const known = await world.checkout(id);
    expect(known.status).toBe('processing');
    world.stripe.script(id, [step]);
    await world.ic.advanceTime(60_000);
    expect(await world.checkout(id)).toMatchObject({ status: 'processing', payment: known.payment });
    expect(world.lookups).toBeGreaterThan(1);
    world.stripe.settle(id);
    await world.ic.advanceTime(60_000);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('news that would take a payment back are not believed', async () => {
    await start();
    const { id } = world.stripe.createSession();
    world.stripe.pay(id, 'sepa_debit');
    const known = await world.checkout(id);
    world.stripe.script(id, [{ kind: 'fields', fields: { status: 'open' } }]);
    await world.ic.advanceTime(60_000);
    expect(await world.checkout(id)).toMatchObject({ status: 'processing', payment: known.payment });
    await world.checkout(id); // nor asked about at once again
    expect(world.lookups).toBe(2);
  });

  it('a known session that is not found any more stays known', async () => {
    await start();
    const { id } = world.stripe.createSession();
    await world.checkout(id);
    world.stripe.script(id, [{ kind: 'error_under_200', error: 'not_found' }]);
    await world.ic.advanceTime(3000);
    expect(await world.checkout(id)).toMatchObject({ status: 'open' });
  });

  it('no answer at all ends by the timeout', async () => {
    await start({}, { outcallTimeoutMs: 300 });
    const id = troubled({ kind: 'hang' });
    expect(await world.checkout(id)).toMatchObject({ status: 'unavailable', reason: 'stripe_unreachable' });
    await world.ic.advanceTime(2000);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('waits longer after each failure', async () => {
    await start();
    const id = troubled({ kind: 'api_error', times: 3 });
    const waits: (number | undefined)[] = [];
    for (let i = 0; i < 3; i += 1) {
      const { retry_after_ms } = await world.checkout(id);
      waits.push(retry_after_ms);
      await world.ic.advanceTime(retry_after_ms!);
    }
    expect(waits).toEqual([2000, 4000, 8000]);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });
});

describe('an answer larger than the first cap', () => {
  it('is asked for again at once with a larger one', async () => {
    await start();
    const { id } = world.stripe.createSession({ size: 'full' });
    world.stripe.pay(id);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(2);
  });
});

describe('the key', () => {
  it.each(['noPermission', 'expired', 'unknown'] as const)('%s: the merchant must mend it, and no word of it gets out', async (kind) => {
    await start();
    const { id } = world.stripe.createSession();
    const key = kind === 'unknown' ? 'rk_test_51UnknownKeyWithATail1234' : world.stripe.keys[kind];
    await world.ic.upgrade(world.canister, world.wasm, initArgument({ api_key: key }));
    expect(await world.checkout(id)).toEqual({ status: 'unavailable', reason: 'misconfigured' });
    await world.ic.advanceTime(15_000);
    await world.checkout(id); // the merchant may have mended it
    expect(world.lookups).toBe(2);
    const said = world.said.join();
    expect(said).not.toContain(key);
    expect(said).not.toContain(key.slice(-4));
    expect(said).not.toContain('rak_');
  });
});

describe('several nodes', () => {
  it.each([4, 13])('%i of them ask, agree, and confirm', async (nodes) => {
    await start({}, { nodes });
    const id = troubled();
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    await expect.poll(() => world.lookups).toBe(nodes); // the slowest may come after two thirds have agreed
  });

  it('agree on an answer that differs in what is not kept', async () => {
    await start({}, { nodes: 13 });
    const id = troubled({ kind: 'vary', field: 'url', values: ['a', 'b', 'c'], times: 13 });
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it.each([4, 13])('%i of them that are told different amounts confirm nothing', async (nodes) => {
    await start({}, { nodes });
    const id = troubled({ kind: 'vary', times: nodes });
    expect(await world.checkout(id)).toMatchObject({ status: 'unavailable', reason: 'stripe_unreachable' });
    await world.ic.advanceTime(2000);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });
});

describe('many who ask at once', () => {
  it('cost one lookup; the others are told that it is under way', async () => {
    await start();
    const id = troubled({ kind: 'slow', ms: 500 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => world.checkout(id)));
    expect(world.lookups).toBe(1);
    expect(answers.filter(({ status }) => status === 'paid')).toHaveLength(1);
    expect(answers.filter(({ status, retry_after_ms }) => status === 'checking' && retry_after_ms === 1000)).toHaveLength(49);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('see a raw host that says the same without an update', async () => {
    await start();
    const id = troubled({ kind: 'slow', ms: 300 });
    const first = world.checkout(id);
    await expect.poll(() => world.lookups).toBe(1);
    expect(await world.checkout(id, { raw: true })).toMatchObject({ status: 'checking' });
    await first;
  });

  it('for different sessions do not wait for each other', async () => {
    await start();
    const slow = troubled({ kind: 'slow', ms: 500 });
    const quick = troubled();
    const order: string[] = [];
    await Promise.all([slow, quick].map((id) => world.checkout(id).then(() => order.push(id))));
    expect(order).toEqual([quick, slow]);
  });
});
