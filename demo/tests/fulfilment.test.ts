/** Another canister delivers what is paid for: the sample in demo/fulfilment, told by deliveries or by claims, whatever goes wrong. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FulfillerRecord } from '../../canister/settings.js';
import { ClaimResult, Delivery } from '../fulfilment/interface.js';
import { listen } from '../local/listen.js';
import { callThrough, proxyCanister } from '../local/ic/testing/proxy-canister.js';
import { canister } from '../local/ic/testing/wat.js';
import { startWorld } from '../world.js';
import { launch } from './browser.js';
import { CONTROLLER, NO_ARGUMENT } from './canister-world.js';
import { createShop, installShop, LicenceWorld, OTHER_LINK, person, TAGGED, TERMS } from './licence-world.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Modes of execution whose effects stay: updates, replies, rejects, cleanups, timers. */
const CHANGING = ['U', 'Ry', 'Rt', 'C', 'T'];
const ACTIVE = { key: expect.stringMatching(/^[0-9a-f]{32}$/) as string, status: 'active' };

let world: LicenceWorld;

/** One world for some tests, each with a customer of its own. */
function inWorld(...[method, ic]: Parameters<typeof LicenceWorld.start>): void {
  beforeAll(async () => {
    world = await LicenceWorld.start(method, ic);
  });
  afterAll(() => world.close());
}

describe('by delivery', () => {
  inWorld(['payment_changed']);

  it('a customer who has paid has a licence, without anybody asking, until the money is given back', async () => {
    const ada = person('ada');
    const reference = await world.order(ada);
    expect(reference).toMatch(/^licence-\d+-[0-9a-f]{32}$/);
    expect(await world.licence(ada)).toBeUndefined();
    const session = world.pay(reference);
    await world.settled();
    const licence = await world.licence(ada);
    expect(licence).toEqual(ACTIVE);
    expect(await world.redeem(ada, session, reference + TAGGED)).toEqual({ licence }); // who is told may ask as well
    world.world.stripe.refund(session, 1);
    await world.settled();
    expect(await world.licence(ada)).toEqual({ ...licence, status: 'revoked' });
    expect(await world.redeem(ada, session, reference + TAGGED)).toEqual({ refused: 'The payment has been refunded.' });
    expect((await world.stats()).deliveries).toEqual([['paid', 1n], ['refunded', 1n]]);
  });

  it('a shopper who comes back makes it known where no webhook does', async () => {
    const ben = person('ben');
    world.world.stripe.decideDeliveries(() => 'lose');
    const session = world.pay(await world.order(ben));
    await world.settled();
    expect(await world.licence(ben)).toBeUndefined();
    await world.world.checkout(session);
    world.world.stripe.decideDeliveries(() => 'send');
    await world.settled();
    expect(await world.licence(ben)).toEqual(ACTIVE);
  });

  it.each([
    ['through another link', { payment_link: OTHER_LINK }],
    ['in another currency', { currency: 'huf' }],
    ['of too little', { amount_total: 1_998 }],
    ['for no order', { client_reference_id: `licence-1${TAGGED}` }],
    ['without a reference', { client_reference_id: null }],
  ])('a payment %s grants nothing, and is not told again', async (name, options) => {
    const customer = person(name);
    world.pay(await world.order(customer), options);
    await world.settled();
    expect(await world.licence(customer)).toBeUndefined();
    expect((await world.stats()).deliveries.map(([outcome]) => outcome)).not.toContain('failed');
  });

  it('an order that was paid twice has one licence, until both are given back', async () => {
    const cleo = person('cleo');
    const reference = await world.order(cleo);
    const sessions = [world.pay(reference), world.pay(reference)];
    await world.settled();
    const licence = await world.licence(cleo);
    for (const [session, status] of [[sessions[0], 'active'], [sessions[1], 'revoked']] as const) {
      world.world.stripe.refund(session);
      await world.settled();
      expect(await world.licence(cleo)).toEqual({ ...licence, status });
    }
  });

  it('an order is one, whoever asks and however often', async () => {
    const [first, ...others] = await Promise.all([person('dan'), person('dan'), person('dan'), person('eve')].map((by) => world.order(by)));
    expect(others.map((reference) => reference === first)).toEqual([true, true, false]);
    await expect(world.order(Principal.anonymous())).rejects.toThrow('rejected the message');
  });

  it('a stranger tells nothing', async () => {
    const fay = person('fay');
    const reference = await world.order(fay);
    const { payment_link, currency, price } = TERMS;
    const payment = { id: 'cs_test_made_up', status: 'paid', client_reference_id: [reference + TAGGED], payment_link: [payment_link], currency: [currency], amount_total: [price], amount_refunded: 0n };
    const argument = new Uint8Array(IDL.encode([Delivery], [{ payment }]));
    await expect(world.world.ic.update(world.shop, 'payment_changed', argument, fay)).rejects.toThrow('rejected the message');
    const { ic } = world.world;
    const proxy = ic.createCanister();
    await ic.install(proxy, proxyCanister(), new Uint8Array());
    expect(await callThrough(ic, proxy, { callee: world.shop, method: 'payment_changed', payload: argument })).toMatchObject({ message: 'Only the payment canister may call this.' });
    expect(await callThrough(ic, proxy, { callee: world.shop, method: 'payment_changed', payload: new Uint8Array(100_000) })).toMatchObject({ message: 'Only the payment canister may call this.' });
    expect(await world.licence(fay)).toBeUndefined();
  });
});

describe('by claim', () => {
  inWorld();

  it('a payment grants, again and again the same, and nobody else has it', async () => {
    const ada = person('ada');
    const reference = await world.order(ada);
    const session = world.pay(reference);
    const granted = await world.redeem(ada, session, reference + TAGGED);
    expect(granted).toEqual({ licence: ACTIVE });
    expect(await world.redeem(ada, session, reference + TAGGED)).toEqual(granted);
    expect(await world.licence(ada)).toEqual((granted as { licence: object }).licence);
    expect(await world.claim(session, reference + TAGGED)).toBe('claimed_by_other');
  });

  it('a payment that is not paid, was given back, or was claimed by another does not', async () => {
    const ben = person('ben');
    const reference = await world.order(ben);
    const refused = (session: string) => world.redeem(ben, session, reference + TAGGED);
    expect(await refused(world.session(reference))).toEqual({ refused: 'The payment has not been paid.' });
    const given = world.pay(reference);
    await world.settled();
    world.world.stripe.refund(given);
    await world.settled();
    expect(await refused(given)).toEqual({ refused: 'The payment has been refunded.' });
    const taken = world.pay(reference);
    expect(await world.claim(taken, reference + TAGGED)).toBe('claimed');
    expect(await refused(taken)).toEqual({ refused: 'The payment has been used for something else.' });
    expect(await refused('pi_1')).toEqual({ refused: expect.stringContaining('session_id must be') as string });
    expect(await world.licence(ben)).toBeUndefined();
  });

  it.each([
    ['through another link', { payment_link: OTHER_LINK }],
    ['in another currency', { currency: 'huf' }],
    ['of too little', { amount_total: 1_998 }],
  ])('a payment %s does not', async (name, options) => {
    const customer = person(name);
    const reference = await world.order(customer);
    expect(await world.redeem(customer, world.pay(reference, options), reference + TAGGED)).toEqual({ refused: expect.stringContaining('not one for this licence') as string });
    expect(await world.licence(customer)).toBeUndefined();
  });

  it('a payment for somebody else’s order does not, whatever is said of it', async () => {
    const [cleo, dan] = [person('cleo'), person('dan')];
    const [hers, his] = [await world.order(cleo), await world.order(dan)];
    const session = world.pay(hers);
    expect(await world.redeem(dan, session, hers + TAGGED)).toEqual({ refused: 'The payment is not one for your order.' });
    expect(await world.redeem(dan, session, his + TAGGED)).toEqual({ refused: expect.stringContaining('not one for this licence') as string });
    expect(await world.redeem(person('nobody'), session, hers + TAGGED)).toEqual({ refused: 'The payment is not one for your order.' });
    await expect(world.redeem(Principal.anonymous(), session, hers + TAGGED)).rejects.toThrow('rejected the message');
    expect(await world.licence(dan)).toBeUndefined();
    expect(await world.redeem(cleo, session, hers + TAGGED)).toEqual({ licence: ACTIVE });
  });

  it('a payment whose refund is told before the answer to the claim does not', async () => {
    const { ic } = world.world;
    const [backend, shop, fay] = [createShop(ic), createShop(ic), person('fay')];
    const overtaken = world.with(shop);
    await installShop(ic, shop, { ...TERMS, stripe_backend: backend });
    const reference = await overtaken.order(fay);
    const { payment_link, currency, price } = TERMS;
    const payment = { id: 'cs_test_1', status: 'refunded', client_reference_id: [reference + TAGGED], payment_link: [payment_link], currency: [currency], amount_total: [price], amount_refunded: price };
    await ic.install(backend, slowToAnswer(new Uint8Array(IDL.encode([Delivery], [{ payment }])), new Uint8Array(IDL.encode([ClaimResult], [{ claimed: null }]))), new Uint8Array());
    expect(await overtaken.redeem(fay, payment.id, reference + TAGGED)).toEqual({ refused: 'The payment has been refunded.' });
    expect(await overtaken.licence(fay)).toEqual({ ...ACTIVE, status: 'revoked' });
  });

  it('a payment that Stripe cannot be asked about grants when it can', async () => {
    const eve = person('eve');
    const reference = await world.order(eve);
    world.world.stripe.decideDeliveries(() => 'lose');
    const session = world.pay(reference);
    world.world.stripe.script(session, [{ kind: 'api_error' }]);
    await world.pass(60); // lookups are rationed
    expect(await world.redeem(eve, session, reference + TAGGED)).toEqual({ refused: expect.stringMatching(/cannot be told now.*stripe_error.*call again in/) as string });
    await world.pass(60);
    expect(await world.redeem(eve, session, reference + TAGGED)).toEqual({ licence: ACTIVE });
  });
});

describe('a shop that is out of service', () => {
  inWorld(['payment_changed']);

  /** Pays, with the shop in that state, and passes the first calls. */
  const payMeanwhile = async (customer: Principal, before: () => Promise<void>, after: () => Promise<void>): Promise<{ reference: string; session: string }> => {
    const reference = await world.order(customer);
    await before();
    const session = world.pay(reference);
    await world.settled();
    await world.pass(61);
    await after();
    return { reference, session };
  };
  const upgrade = (wasm: Uint8Array) => world.world.ic.upgrade(world.shop, wasm, NO_ARGUMENT);
  const balance = (cycles: bigint) => Promise.resolve(world.world.ic.setCycleBalance(world.shop, cycles));

  it.each<[string, () => Promise<void>, () => Promise<void>]>([
    ['stopped', () => world.manage('stop_canister'), () => world.manage('start_canister')],
    ['without cycles', () => balance(1_000n), () => balance(10_000_000_000_000n)],
    ['upgraded to something that knows no deliveries', () => upgrade(proxyCanister()), () => upgrade(world.wasm)],
    ['upgraded to something that traps', () => upgrade(proxyCanister('(func (export "canister_update payment_changed") (unreachable))')), () => upgrade(world.wasm)],
  ])('%s is told when it is back', async (name, before, after) => {
    const customer = person(name);
    await payMeanwhile(customer, before, after);
    expect(await world.licence(customer)).toBeUndefined();
    await world.pass(660);
    expect(await world.licence(customer)).toEqual(ACTIVE);
  });

  it('for a week has dead letters, which a person has delivered when it is mended', async () => {
    const ada = person('ada');
    const { session } = await payMeanwhile(ada, () => world.manage('stop_canister'), () => Promise.resolve());
    world.world.stripe.refund(session, 1);
    await world.settled();
    for (let quarters = 0; quarters < 8 * 4; quarters += 1) await world.pass(DAY / 4);
    const [dead, ...others] = await world.deadLetters();
    expect(others).toEqual([]);
    expect(dead).toMatchObject({ canister: world.shop, method: 'payment_changed', session_id: session, event: 'paid', reason: expect.stringContaining('stopped') as string });
    await world.manage('start_canister');
    await world.pass(DAY);
    expect(await world.licence(ada)).toBeUndefined();
    await world.retryDelivery(dead.number);
    await world.settled();
    expect(await world.licence(ada)).toEqual({ ...ACTIVE, status: 'revoked' });
    expect(await world.deadLetters()).toEqual([]);
  });

  it('that is installed anew answers what it knows nothing of', async () => {
    const ben = person('ben');
    await payMeanwhile(ben, () => world.manage('uninstall_code'), () => world.install());
    await world.pass(660);
    await world.pass(HOUR);
    expect([await world.licence(ben), await world.deadLetters(), (await world.stats()).waiting]).toEqual([undefined, [], 0n]);
  });
});

describe('an upgrade after any message', () => {
  /** What is upgraded, and after how many more messages of its own. */
  let cut: { of: 'shop' | 'stripe_backend'; stop: boolean; left: number } | undefined;
  let upgrading: Promise<void> | undefined;
  const upgraded = async () => upgrading;
  const isCut = () => upgrading !== undefined;
  /** Deliveries that the shop has taken in. */
  let told = 0;
  inWorld(['payment_changed'], {
    onMessage: ({ canister, mode, entry }) => {
      if (entry === 'canister_update payment_changed') told += 1;
      if (cut === undefined || !CHANGING.includes(mode)) return;
      const { ic, canister: backend, wasm } = world.world;
      const isShop = canister.compareTo(world.shop) === 'eq';
      if (isShop !== (cut.of === 'shop')) return;
      cut.left -= 1;
      if (cut.left === 0) upgrading = isShop ? ic.upgrade(world.shop, world.wasm, NO_ARGUMENT, cut) : ic.upgrade(backend, wasm, NO_ARGUMENT, cut);
    },
  });

  /**
   * Has something done by one customer after the other, for each of whom the upgrade comes later by some messages; ends with
   * the one who is through before it. Returns how many were not.
   */
  const atEach = async (where: Pick<NonNullable<typeof cut>, 'of' | 'stop'>, step: number, act: (customer: Principal, reference: string) => Promise<void>): Promise<number> => {
    for (let count = 0; ; count += 1) {
      const customer = person(`${where.of} ${where.stop} ${step} ${act.name} ${count}`);
      const reference = await world.order(customer);
      [cut, upgrading] = [{ ...where, left: 1 + count * step }, undefined];
      await act(customer, reference);
      cut = undefined;
      await upgraded();
      if (!isCut()) return count;
    }
  };

  /** Until something is so that the canisters bring about by themselves. */
  const comes = async (isSo: () => Promise<boolean>): Promise<void> => {
    for (const seconds of [0, 61, 601, 3_601]) {
      await world.pass(seconds);
      await upgraded();
      const is = await isSo();
      await upgraded();
      if (is) return;
    }
    throw new Error('It has not come.');
  };

  // A stop waits for the calls under way. Without one, their replies would find the stack of other code, which anything may
  // come of; so only the shop, which awaits nothing here, is upgraded at once, too.
  it.each([
    ['stripe_backend', true, 2, 4],
    ['shop', false, 1, 2],
    ['shop', true, 1, 2],
  ] as const)('of %s (stopped before: %s) loses no delivery, and repeats at most the one under way', async (of, stop, step, least) => {
    told = 0;
    let due = 0;
    const count = await atEach({ of, stop }, step, async function delivery(customer, reference) {
      const has = async (status: string) => (await world.licence(customer))?.status === status;
      const session = world.pay(reference);
      due += 1;
      await comes(() => has('active'));
      if (isCut()) return;
      const licence = await world.licence(customer);
      world.world.stripe.refund(session);
      due += 1;
      await comes(() => has('revoked'));
      expect(await world.licence(customer)).toEqual({ ...licence, status: 'revoked' });
    });
    expect(count).toBeGreaterThanOrEqual(least);
    for (const seconds of [61, 601, 3_601]) await world.pass(seconds);
    expect(told).toBeGreaterThanOrEqual(due);
    expect(told).toBeLessThanOrEqual(stop ? due : due + count);
    expect([await world.deadLetters(), (await world.stats()).waiting]).toEqual([[], 0n]);
  }, 90_000);

  it.each(['stripe_backend', 'shop'] as const)('of %s, stopped before, leaves a claim to be made again', async (of) => {
    await world.tellBy([]);
    const count = await atEach({ of, stop: true }, 1, async function claim(customer, reference) {
      world.world.stripe.decideDeliveries(() => 'lose');
      const session = world.pay(reference);
      await comes(async () => {
        const outcome = await world.redeem(customer, session, reference + TAGGED).catch((error: unknown) => String(error));
        return typeof outcome === 'object' && 'licence' in outcome;
      });
      expect(await world.licence(customer)).toEqual(ACTIVE);
      expect(await world.claim(session, reference + TAGGED)).toBe('claimed_by_other');
    });
    expect(count).toBeGreaterThanOrEqual(2);
  });
});

describe('a customer', () => {
  it('orders, pays, comes back and has a licence, in a browser', async () => {
    const all = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, controller: CONTROLLER });
    const { ic, gateway, canister, stripe } = all;
    const page = await servePage();
    const browser = await launch();
    try {
      const link = stripe!.createPaymentLink({ product: 'A licence key', amount: Number(TERMS.price), currency: TERMS.currency, afterPayment: `${page.origin}/?check_out_session_id={CHECKOUT_SESSION_ID}` });
      const shop = createShop(ic);
      await installShop(ic, shop, { ...TERMS, payment_link: link.id, stripe_backend: canister });
      const changes = { fulfillers: [[{ canister: shop, payment_links: [link.id], method: [] }]] };
      await ic.update(canister, 'update_settings', new Uint8Array(IDL.encode([IDL.Record({ fulfillers: IDL.Opt(IDL.Vec(FulfillerRecord)) })], [changes])), CONTROLLER);
      page.places = { gateway, licenceShop: shop.toText(), stripeBackend: canister.toText(), paymentLink: link.url };
      const tab = await browser.newPage();
      await tab.goto(page.origin);
      await tab.getByRole('button', { name: 'Buy a licence' }).click();
      for (const [field, value] of Object.entries({ email: 'ada@example.com', cardNumber: '4242 4242 4242 4242', cardExpiry: '12 / 40', cardCvc: '123', billingName: 'Ada Lovelace' })) await tab.locator(`#${field}`).fill(value);
      await tab.locator('.SubmitButton').click();
      const licence = tab.getByText(/^Your licence: [0-9a-f]{32}$/);
      await licence.waitFor();
      const text = await licence.textContent();
      await tab.reload();
      await licence.waitFor();
      expect(await licence.textContent()).toBe(text);
      expect(await tab.locator('ic-stripe-pay').count()).toBe(0);
    } finally {
      await browser.close();
      await page.close();
      await all.close();
    }
  });
});

/** A payment canister that makes a delivery before it answers a claim. */
function slowToAnswer(delivery: Uint8Array, answer: Uint8Array): Uint8Array {
  const data = (at: number, bytes: Uint8Array) => `(data (i32.const ${at}) "${[...bytes].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}")`;
  const method = Buffer.from('payment_changed');
  return canister(`
    ${data(4_096, delivery)} ${data(8_192, answer)} ${data(12_288, method)}
    (table 2 funcref)
    (elem (i32.const 1) $answer)
    (func (export "canister_update claim_payment")
      (call $msg_caller_copy (i32.const 2048) (i32.const 0) (call $msg_caller_size))
      (call $call_new (i32.const 2048) (call $msg_caller_size) (i32.const 12288) (i32.const ${method.length}) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0))
      (call $call_data_append (i32.const 4096) (i32.const ${delivery.length}))
      (if (call $call_perform) (then (unreachable))))
    (func $answer (param i32)
      (call $reply_bytes (i32.const 8192) (i32.const ${answer.length})))`);
}

/** Serves the page of the shop as a site would. */
async function servePage(): Promise<{ origin: string; places: object; close(): Promise<void> }> {
  const folder = new URL('../fulfilment/page/', import.meta.url);
  const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL('page.ts', folder))], bundle: true, write: false, format: 'esm', platform: 'browser', target: 'es2022' });
  const read = (name: string, base: URL) => readFile(new URL(name, base));
  const served: Record<string, [type: string, content: () => Promise<Buffer> | string]> = {
    '/': ['text/html', () => read('index.html', folder)],
    '/page.js': ['text/javascript', () => outputFiles[0].text],
    '/ic-stripe-pay.js': ['text/javascript', () => read('ic-stripe-pay.js', new URL('../../dist/', import.meta.url))],
    '/places.json': ['application/json', () => JSON.stringify(state.places)],
  };
  const server = await listen((request, response) => {
    const [type, content] = served[(request.url ?? '').split('?', 1)[0]] ?? ['text/plain', () => ''];
    void Promise.resolve(content()).then((body) => response.writeHead(200, { 'content-type': type }).end(body));
  }, 0);
  const state = { origin: `http://localhost:${server.port}`, places: {}, close: () => server.close() };
  return state;
}
