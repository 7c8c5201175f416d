import { randomBytes } from 'node:crypto';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { OWN_REFERENCE } from '../contract.js';
import { ANONYMOUS } from '../settings.js';
import { BackendWorld } from '../testing/backend-world.js';

const shopper = (number: number) => Principal.fromUint8Array(Uint8Array.of(number >> 8, number, 0, 0, 0, 0, 0, 0, 0, 2)).toText();
const [ALICE, BOB] = [shopper(1), shopper(2)];

function open(settings: object = { shoppers_sign_in: [true] }): BackendWorld {
  const world = new BackendWorld(settings);
  // What `raw_rand` replies: a blob.
  world.system.callee = (canister, method) => Promise.resolve(Buffer.concat([Buffer.from('4449444c016d7b010020', 'hex'), canister === 'aaaaa-aa' && method === 'raw_rand' ? randomBytes(32) : Buffer.alloc(0)]));
  return world;
}

async function pay(world: BackendWorld, reference: string): Promise<string> {
  const session = world.stripe.create({ reference });
  world.stripe.pay(session);
  for (const { body } of world.stripe.events.slice(-1)) await world.deliver(body);
  await world.pass(60);
  return session.id;
}

describe('a shopper who has signed in', () => {
  it('pays with a reference that is issued, and sees the payment, and nobody else does', async () => {
    const world = open();
    const { shoppers } = world.backend;
    shoppers.admit(ALICE);
    const reference = await shoppers.issue(ALICE, 'order-1');
    expect(reference).toMatch(/^order-1-isp1[a-z2-7]{26}$/);
    expect(await shoppers.issue(ALICE, '')).toMatch(/^isp1[a-z2-7]{26}$/);
    expect([shoppers.mine(ALICE), shoppers.mine(BOB)]).toEqual([[], []]);
    await pay(world, reference);
    expect(shoppers.mine(ALICE)).toMatchObject([{ status: 'paid', reference, amount_total: [1_000n], currency: ['eur'], amount_refunded: 0n, livemode: false }]);
    expect(shoppers.mine(BOB)).toEqual([]);
    world.upgrade();
    expect(world.backend.shoppers.mine(ALICE)).toHaveLength(1);
    const second = await world.backend.shoppers.issue(ALICE, 'order-2');
    await pay(world, second);
    expect(world.backend.shoppers.mine(ALICE).map((payment) => payment.reference)).toEqual([second, reference]);
  });

  it('gets references that are like the element’s own, of any length that Stripe takes', async () => {
    const { shoppers } = open().backend;
    const longest = await shoppers.issue(ALICE, 'a'.repeat(169));
    expect([longest.length, OWN_REFERENCE.test(longest)]).toEqual([200, true]);
    for (const name of ['a'.repeat(170), 'a b', 'ä', 'a/b', 'a\n']) await expect(shoppers.issue(ALICE, name)).rejects.toThrow('at most 169 letters');
  });

  it('must have signed in, and the merchant must want it', () => {
    const { shoppers } = open().backend;
    expect(() => shoppers.admit(ANONYMOUS)).toThrow('Only shoppers who have signed in');
    expect(() => shoppers.mine(ANONYMOUS)).toThrow('Only shoppers who have signed in');
    const closed = open({}).backend.shoppers;
    expect(() => closed.admit(ALICE)).toThrow('an administrator can set shoppers_sign_in');
    expect(() => closed.mine(ALICE)).toThrow('shoppers_sign_in');
    expect([closed.mayIssue(ALICE), shoppers.mayIssue(ANONYMOUS), shoppers.mayIssue(ALICE)]).toEqual([false, false, true]);
  });

  it('shares a ration with all, and is told to wait', () => {
    const world = open();
    const { shoppers } = world.backend;
    for (let number = 0; number < 50; number += 1) shoppers.admit(shopper(number)); // whatever comes of it
    expect(shoppers.mayIssue(ALICE)).toBe(false);
    expect(() => shoppers.admit(ALICE)).toThrow('try again in a few seconds');
    world.system.now += 2;
    shoppers.admit(ALICE);
  });

  it('is told to try again where there are no random numbers', async () => {
    const world = open();
    world.system.callee = () => Promise.reject(Object.assign(new Error(), { type: 'CallRejected', rejectMessage: 'no' }));
    await expect(world.backend.shoppers.issue(ALICE, '')).rejects.toThrow('try again in a few seconds');
  });

  it('keeps the references that were paid by, however many others are asked for', async () => {
    const world = open();
    const paid = await world.backend.shoppers.issue(ALICE, 'paid');
    await pay(world, paid);
    for (let number = 0; number < 120; number += 1) {
      world.system.now += 1;
      await world.backend.shoppers.issue(ALICE, String(number));
    }
    expect(world.backend.shoppers.mine(ALICE).map(({ reference }) => reference)).toEqual([paid]);
    expect(world.store.getText(`m${ALICE}`)!.split(' ')).toHaveLength(100);
  });
});
