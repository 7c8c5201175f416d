import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { BackendWorld, changesOf, CONTROLLER } from '../testing/backend-world.js';
import type { ModelSession } from '../testing/model-stripe.js';
import type { ClaimArgumentValue } from './interface.js';

const [FIRST, SECOND] = [1, 2].map((number) => Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, number, 1, 1)));
const LINKS = ['plink_1', 'plink_2'];
const fulfillers = (...canisters: Principal[]) => ({ fulfillers: [canisters.map((canister) => ({ canister, payment_links: LINKS, method: [] as [] }))] as [{ canister: Principal; payment_links: string[]; method: [] }[]] });

function open(settings = {}): { world: BackendWorld; session: ModelSession; expected: ClaimArgumentValue } {
  const world = new BackendWorld({ ...fulfillers(FIRST, SECOND), ...settings });
  const session = world.stripe.create({ link: 'plink_1', reference: 'order-1', amount: 1_000 });
  return { world, session, expected: { session_id: session.id, reference: 'order-1', payment_link: 'plink_1', currency: 'eur', min_amount: 1_000n } };
}

async function claim(world: BackendWorld, expected: ClaimArgumentValue, by = FIRST): Promise<string> {
  const claiming = world.backend.claims.claim(by.toText(), expected).catch((error: unknown) => String(error));
  await world.arriveAll();
  return claiming;
}

describe('a claim', () => {
  it('asks Stripe where nothing is known, and gives a payment once', async () => {
    const { world, session, expected } = open();
    world.stripe.pay(session);
    expect([await claim(world, expected), await claim(world, expected), await claim(world, expected, SECOND), world.lookupsOf(session.id).length]).toEqual(['claimed', 'already_yours', 'claimed_by_other', 1]);
    world.upgrade();
    expect([await claim(world, expected), await claim(world, expected, SECOND)]).toEqual(['already_yours', 'claimed_by_other']);
  });

  it('that is made while Stripe is asked for another is to be made again', async () => {
    const { world, session, expected } = open();
    world.stripe.pay(session);
    const claims = [FIRST, SECOND, FIRST].map((by) => world.backend.claims.claim(by.toText(), expected).catch((error: unknown) => String(error)));
    await world.arriveAll();
    const outcomes = await Promise.all(claims);
    expect(outcomes[0]).toBe('claimed');
    // The others are told that it is being looked up.
    for (const outcome of outcomes.slice(1)) expect(outcome).toMatch(/cannot be told now.*\(checking\): call again in 1 seconds/);
    expect(await claim(world, expected, SECOND)).toBe('claimed_by_other');
  });

  it.each<[string, Partial<ClaimArgumentValue>]>([
    ['another reference', { reference: 'order-2' }],
    ['another link of the fulfiller’s', { payment_link: 'plink_2' }],
    ['a link that is not the fulfiller’s', { payment_link: 'plink_3' }],
    ['another currency', { currency: 'usd' }],
    ['the currency in capitals', { currency: 'EUR' }],
    ['too little', { min_amount: 1_001n }],
  ])('with %s: mismatch, and it stays to be claimed', async (_, wrong) => {
    const { world, session, expected } = open();
    world.stripe.pay(session);
    expect([await claim(world, { ...expected, ...wrong }), await claim(world, expected)]).toEqual(['mismatch', 'claimed']);
  });

  it('of more than was asked is well', async () => {
    const { world, session, expected } = open();
    world.stripe.pay(session);
    expect(await claim(world, { ...expected, min_amount: 0n })).toBe('claimed');
  });

  it('before it is paid: not_paid, and later it is', async () => {
    const { world, session, expected } = open();
    expect(await claim(world, expected)).toBe('not_paid');
    world.stripe.payLater(session);
    await world.pass(10);
    expect(await claim(world, expected)).toBe('not_paid');
    world.stripe.settle(session, true);
    await world.pass(4_000);
    expect(await claim(world, expected)).toBe('claimed');
  });

  it('of what is none of the merchant’s business: not_paid', async () => {
    const { world, expected } = open({ payment_links: [['plink_9']] });
    expect(await claim(world, { ...expected, session_id: 'cs_test_unknown' })).toBe('not_paid');
    expect(await claim(world, { ...expected, session_id: 'cs_live_a1' })).toBe('not_paid');
    const other = world.stripe.create({ link: 'plink_1', reference: 'order-1' });
    world.stripe.pay(other);
    expect(await claim(world, { ...expected, session_id: other.id })).toBe('not_paid');
  });

  it('of a payment that has been given back: refunded, claimed before or not, in part or in full', async () => {
    const { world, session, expected } = open();
    world.stripe.pay(session);
    expect(await claim(world, expected)).toBe('claimed');
    world.stripe.refund(session, 300);
    for (const { body } of world.stripe.events) await world.deliver(body);
    expect([await claim(world, expected), await claim(world, { ...expected, min_amount: 700n }), await claim(world, { ...expected, min_amount: 700n }, SECOND)]).toEqual(['refunded', 'already_yours', 'claimed_by_other']);
    world.stripe.refund(session, 700);
    for (const { body } of world.stripe.events) await world.deliver(body);
    expect(await claim(world, { ...expected, min_amount: 0n })).toBe('refunded');
  });

  it('that nobody can judge now is refused in words, and nothing is claimed', async () => {
    const { world, session, expected } = open();
    world.stripe.pay(session);
    world.outcalls.fault = () => 'rate_limited';
    expect(await claim(world, expected)).toMatch(/cannot be told now what has become of the payment \(rate_limited\): call again in \d+ seconds/);
    world.outcalls.fault = () => undefined;
    await world.pass(60);
    expect(await claim(world, expected)).toBe('claimed');
  });

  it('is for fulfillers alone, and ends with the settings', async () => {
    const { world, session, expected } = open(fulfillers(FIRST));
    world.stripe.pay(session);
    expect(await claim(world, expected, SECOND)).toBe(`Error: Only fulfillers may do this: a controller can add ${SECOND.toText()} to fulfillers, with its payment links.`);
    world.backend.admin.updateSettings(CONTROLLER, changesOf({ fulfillers: [[]] }));
    expect(await claim(world, expected)).toMatch('Only fulfillers');
    expect(() => world.backend.admin.updateSettings({ principal: 'x', isController: false }, changesOf(fulfillers(SECOND)))).toThrow('Only a controller may change fulfillers.');
  });

  it('ends by the settings of when Stripe has answered', async () => {
    const { world, session, expected } = open();
    world.stripe.pay(session);
    const claiming = world.backend.claims.claim(FIRST.toText(), expected).catch((error: unknown) => String(error));
    world.backend.admin.updateSettings(CONTROLLER, changesOf(fulfillers(SECOND)));
    await world.arriveAll();
    expect(await claiming).toMatch('Only fulfillers may do this');
    expect(await claim(world, expected, SECOND)).toBe('claimed');
  });

  it('with something that is no session’s id is refused in words', async () => {
    const { world, expected } = open();
    for (const session_id of ['', 'cs_test_', 'pi_1', 'cs_test_a/../b', `cs_test_${'a'.repeat(300)}`]) expect(await claim(world, { ...expected, session_id })).toMatch('session_id must be');
  });
});
