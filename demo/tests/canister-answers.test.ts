import { IDL } from '@dfinity/candid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpRequest, HttpResponse } from '../../canister/http/interface.js';
import { CanisterWorld, initArgument } from './canister-world.js';

let world: CanisterWorld;
beforeEach(async () => {
  world = await CanisterWorld.start();
});
afterEach(() => world.close());

/** The answer of a query, as the gateway gets it. */
async function query(path: string, host: string, method = 'GET'): Promise<{ status_code: number; upgrade: boolean[]; body: Uint8Array }> {
  const argument = { method, url: path, headers: [['host', host]], body: new Uint8Array(), certificate_version: [2] };
  const reply = await world.ic.query(world.canister, 'http_request', new Uint8Array(IDL.encode([HttpRequest], [argument])));
  return IDL.decode([HttpResponse], reply)[0] as unknown as { status_code: number; upgrade: boolean[]; body: Uint8Array };
}

/** A part of a text that says something of it, in characters. */
const PIECE = 6;

describe('a payment', () => {
  it('is confirmed in one request, with what the page shows and nothing of the payer', async () => {
    const session = world.stripe.createSession({ client_reference_id: 'order-42-isp1abc', size: 'full' });
    world.stripe.pay(session.id);
    const { status, headers, text } = await world.http(`/checkout/${session.id}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
    });
    expect(JSON.parse(text)).toEqual({
      status: 'paid',
      payment: {
        id: session.id,
        client_reference_id: 'order-42-isp1abc',
        payment_link: session.payment_link,
        mode: 'payment',
        payment_status: 'paid',
        amount_total: session.amount_total,
        currency: session.currency,
        amount_refunded: 0,
        created: session.created,
        livemode: false,
      },
    });
  });

  it('leaves nothing of the payer behind, in no answer, no line printed and no page of stable memory', async () => {
    const session = world.stripe.createSession({ size: 'full' });
    const paid = world.stripe.pay(session.id);
    const { customer_details: payer } = paid as unknown as { customer_details: { name: string; email: string; phone: string; address: { line1: string; city: string } } };
    await world.checkout(session.id);
    const stable = Buffer.from(world.ic.stableMemory(world.canister)).toString('latin1');
    expect(stable).toContain(session.id);
    // What was to be kept is there.
    expect(stable).toContain(paid.payment_intent);
    const { custom_fields, metadata } = paid as unknown as { custom_fields: { text: { value: string } }[]; metadata: Record<string, string> };
    for (const personal of [payer.name, payer.email, payer.phone, payer.address.line1, payer.address.city, custom_fields[0].text.value, Object.keys(metadata)[1]]) {
      expect(JSON.stringify(paid)).toContain(JSON.stringify(personal).slice(1, -1)); // there is something to find
      // Stable memory holds what is long in several pieces.
      const pieces = Array.from({ length: personal.length - PIECE + 1 }, (_, at) => personal.slice(at, at + PIECE));
      expect(pieces.filter((piece) => stable.includes(piece))).toEqual([]);
      expect(world.said.join()).not.toContain(personal);
    }
  });

  it('is asked for once and then remembered, on both hosts', async () => {
    const { id } = world.stripe.createSession();
    world.stripe.pay(id);
    const first = await world.checkout(id);
    for (const raw of [true, false, true]) expect(await world.checkout(id, { raw })).toEqual(first);
    expect(world.lookups).toBe(1);
  });

  it('is what the shopper saw, too, where Stripe converted the currency', async () => {
    const { id } = world.stripe.createSession({ presentment_details: { presentment_amount: 2150, presentment_currency: 'usd' } });
    world.stripe.pay(id);
    expect((await world.checkout(id)).payment?.presentment).toEqual({ amount: 2150, currency: 'usd' });
  });

  it('can be asked for by its id in the query of a plain localhost address, and with a trailing slash', async () => {
    const { id } = world.stripe.createSession();
    world.stripe.pay(id);
    const { text } = await world.http(`/checkout/${id}/?canisterId=${world.canister.toText()}`, { headers: { host: 'localhost' } });
    expect(JSON.parse(text)).toMatchObject({ status: 'paid' });
  });
});

describe('the states before', () => {
  it('open, then paid', async () => {
    const { id } = world.stripe.createSession();
    const open = await world.checkout(id);
    expect(open).toMatchObject({ status: 'open', retry_after_ms: 3000, payment: { payment_status: 'unpaid' } });
    world.stripe.pay(id);
    await world.ic.advanceTime(1000);
    const early = await world.checkout(id); // too early to ask Stripe again, and it says how long yet
    expect(early).toMatchObject({ status: 'open', payment: open.payment });
    expect(early.retry_after_ms).toBeLessThanOrEqual(2000);
    expect(world.lookups).toBe(1);
    await world.ic.advanceTime(early.retry_after_ms!);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('processing, for a delayed method, then paid', async () => {
    const { id } = world.stripe.createSession();
    world.stripe.pay(id, 'sepa_debit');
    expect(await world.checkout(id)).toMatchObject({ status: 'processing', retry_after_ms: 60_000 });
    world.stripe.settle(id);
    await world.ic.advanceTime(60_000);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
  });

  it('processing, unsettled after 21 days', async () => {
    const { id } = world.stripe.createSession();
    world.stripe.pay(id, 'sepa_debit');
    await world.checkout(id);
    await world.ic.advanceTime(21 * 24 * 3_600_000 + 1000);
    expect(await world.checkout(id)).toMatchObject({ status: 'processing', reason: 'unsettled' });
  });

  it('expired, for good', async () => {
    const { id } = world.stripe.createSession();
    world.stripe.expire(id);
    expect(await world.checkout(id)).toMatchObject({ status: 'expired' });
    await world.ic.advanceTime(3_600_000);
    expect(await world.checkout(id)).not.toHaveProperty('retry_after_ms');
    expect(world.lookups).toBe(1);
  });

  it('not found, and looked up again for who asks later', async () => {
    const id = 'cs_test_a1invented';
    expect(await world.checkout(id)).toEqual({ status: 'not_found' });
    expect(await world.checkout(id)).toEqual({ status: 'not_found' });
    expect(world.lookups).toBe(1);
    await world.ic.advanceTime(10_000);
    await world.checkout(id);
    expect(world.lookups).toBe(2);
  });

  it('not found without a lookup, for an id of the other mode', async () => {
    expect(await world.checkout('cs_live_a1abc')).toEqual({ status: 'not_found' });
    expect(await world.checkout('cs_live_a1abc', { raw: true })).toEqual({ status: 'not_found' });
    expect(world.lookups).toBe(0);
  });
});

describe('what the merchant accepts', () => {
  it('only the links in the list, and only the modes', async () => {
    const strict = await CanisterWorld.start({ payment_links: [['plink_mine']] });
    try {
      const mine = strict.stripe.createSession({ payment_link: 'plink_mine' });
      const other = strict.stripe.createSession({ payment_link: 'plink_cheap' });
      const subscription = strict.stripe.createSession({ payment_link: 'plink_mine', mode: 'subscription' });
      for (const { id } of [mine, other, subscription]) strict.stripe.pay(id);
      expect(await strict.checkout(mine.id)).toMatchObject({ status: 'paid' });
      expect(await strict.checkout(other.id)).toEqual({ status: 'not_found' });
      expect(await strict.checkout(subscription.id)).toEqual({ status: 'not_found' });
    } finally {
      await strict.close();
    }
  });

  it('is held against what was paid before it changed', async () => {
    const cheap = world.stripe.createSession({ payment_link: 'plink_cheap' });
    world.stripe.pay(cheap.id);
    expect(await world.checkout(cheap.id)).toMatchObject({ status: 'paid' });
    const terms = (payment_links: [string[]]) => world.ic.upgrade(world.canister, world.wasm, initArgument({ api_key: world.stripe.keys.good, payment_links }));
    await terms([['plink_mine']]);
    for (const raw of [false, true]) expect(await world.checkout(cheap.id, { raw })).toEqual({ status: 'not_found' });
    await terms([['plink_mine', 'plink_cheap']]);
    expect(await world.checkout(cheap.id)).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(1);
  });

  it('an open session that ends as something not accepted does not stay open', async () => {
    const { id } = world.stripe.createSession();
    expect(await world.checkout(id)).toMatchObject({ status: 'open' });
    world.stripe.script(id, [{ kind: 'fields', fields: { status: 'complete', payment_status: 'no_payment_required' } }]);
    await world.ic.advanceTime(3000);
    for (let i = 0; i < 2; i += 1) expect(await world.checkout(id)).toEqual({ status: 'not_found' });
  });

  it('without a key, lookups are not made: a webhook will tell', async () => {
    const keyless = await CanisterWorld.start({ api_key: '', livemode: [false] });
    try {
      const { id } = keyless.stripe.createSession();
      keyless.stripe.pay(id);
      expect(await keyless.checkout(id)).toEqual({ status: 'checking', retry_after_ms: 1000 });
      expect(keyless.lookups).toBe(0);
    } finally {
      await keyless.close();
    }
  });
});

describe('requests that ask for nothing', () => {
  const bad = ['', '/', '/..', '/cs_test_a1/..', '/cs_test_a1%2F..', '/cs_test_%23', '/cs_test_%3Fexpand%5B%5D=customer', '/cs_test_a%20b', '/%7BCHECKOUT_SESSION_ID%7D', `/cs_test_${'a'.repeat(5_000)}`];

  it.each(bad)('%s is 400, on both hosts, and Stripe is not asked', async (path) => {
    for (const raw of [false, true]) {
      const { status, headers, text } = await world.http(`/checkout${path}`, { raw });
      expect(status).toBe(400);
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(JSON.parse(text)).toMatchObject({ error: { message: expect.stringMatching(/cs_test_|redirect URL/) as string } });
    }
    expect(world.lookups).toBe(0);
  });

  it('other paths are 404, other methods 405', async () => {
    const { id } = world.stripe.createSession();
    for (const raw of [false, true]) {
      expect((await world.http('/x', { raw })).status).toBe(404);
      expect((await world.http('/checkouts', { raw })).status).toBe(404);
      for (const method of ['POST', 'PUT', 'DELETE', 'HEAD']) {
        const { status, headers } = await world.http(`/checkout/${id}`, { raw, method });
        expect(status).toBe(405);
        expect(headers.allow).toBe('GET, OPTIONS');
      }
    }
    expect(world.lookups).toBe(0);
  });

  it('preflights start nothing', async () => {
    const { id } = world.stripe.createSession();
    for (const raw of [false, true]) {
      const { status, headers, text } = await world.http(`/checkout/${id}`, { raw, method: 'OPTIONS' });
      expect(Math.floor(status / 100)).toBe(2);
      expect(text).toBe('');
      expect(headers['access-control-allow-origin']).toBe('*');
    }
    expect(world.lookups).toBe(0);
    // Gateways that pass preflights on distrust a canister that sends a body.
    expect(await query(`/checkout/${id}`, 'x.icp0.io', 'OPTIONS')).toMatchObject({ status_code: 204, upgrade: [], body: new Uint8Array() });
  });

  it('a record of records of nothing costs no more than its bytes', async () => {
    const fields = (type: number) => Array.from({ length: 64 }, (_, field) => [field, type]).flat();
    const records = Array.from({ length: 7 }, (_, i) => [0x6c, 64, ...fields(i < 6 ? i + 1 : 0x7f)]).flat();
    const bomb = Uint8Array.of(...new TextEncoder().encode('DIDL'), 7, ...records, 1, 0);
    await expect(world.ic.query(world.canister, 'http_request', bomb)).rejects.toThrow('too many values');
  });

  it.each(['http_request', 'transform'])('%s refuses an argument that is not its own, in words', async (method) => {
    for (const argument of [new Uint8Array(), IDL.encode([], []), IDL.encode([IDL.Text], ['x']), new TextEncoder().encode('DIDL\x7f')]) {
      await expect(world.ic.query(world.canister, method, new Uint8Array(argument))).rejects.toThrow('does not take such an argument');
    }
  });
});

describe('the query', () => {
  it('on a host that gateways verify answers nothing uncertified', async () => {
    const { id } = world.stripe.createSession();
    await world.checkout(id);
    for (const host of [`${world.canister.toText()}.icp0.io`, 'pay.example.com', 'localhost:4943', 'raw.icp0.io']) {
      for (const path of [`/checkout/${id}`, '/checkout/cs_test_unknown', '/checkout/..', '/x']) {
        expect((await query(path, host)).upgrade).toEqual([true]);
      }
    }
  });

  it('on the raw host answers what is known, and asks to be called as an update for what is not', async () => {
    const raw = `${world.canister.toText()}.raw.icp0.io`;
    const { id } = world.stripe.createSession();
    world.stripe.pay(id);
    expect((await query(`/checkout/${id}`, raw)).upgrade).toEqual([true]);
    await world.checkout(id);
    const answer = await query(`/checkout/${id}`, raw);
    expect(answer).toMatchObject({ status_code: 200, upgrade: [] });
    expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({ status: 'paid' });
  });
});
