/** Stripe's events at the canister's door: which are believed, what is answered and when, and what is kept of them. */
import { inspect } from 'node:util';
import { IDL } from '@dfinity/candid';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PaymentView, SettingsView, Stats, type PaymentViewValue, type StatsValue } from '../../canister/admin/interface.js';
import { HttpResponse, HttpUpdateRequest } from '../../canister/http/interface.js';
import { LARGEST_BODY, type SignatureFault } from '../../canister/stripe/signature.js';
import { callThrough, proxyCanister } from '../local/ic/testing/proxy-canister.js';
import { listen } from '../local/listen.js';
import type { PaymentMethod, Session, SessionOptions } from '../local/stripe/index.js';
import { CanisterWorld, NO_ARGUMENT, type HttpAnswer, type Settings } from './canister-world.js';

const COMPLETED = 'checkout.session.completed';
const DAY = 24 * 3_600_000;
/** What is waited for comes, on a busy machine too. */
const PATIENTLY = { timeout: 20_000 };
const EMPTY_PAGE = Buffer.alloc(65_536);
/** Whoever has a payment's events and no key. */
const KEYLESS: Settings = { api_key: '', livemode: [false] };

const { webhooks } = new Stripe('sk_test_none');

let world: CanisterWorld;
let close: () => Promise<void> = () => Promise.resolve();
let endpoint: { id: string; secret: string };

/** A world whose stand-in writes events and keeps them, for tests to bring themselves. It stays until the next. */
async function start(...options: Parameters<typeof CanisterWorld.start>): Promise<void> {
  await close();
  world = await CanisterWorld.start(...options);
  close = () => world.close();
  endpoint = await world.addWebhook();
  world.stripe.decideDeliveries(() => 'hold');
}
afterAll(() => close());

/** A session that has been completed. */
function paidSession(method: PaymentMethod = 'card', options: SessionOptions = {}): string {
  const { id } = world.stripe.createSession(options);
  world.stripe.pay(id, method);
  return id;
}

/** The last event of a type, as Stripe would send it. */
function body(type = COMPLETED): string {
  return world.stripe.deliveries.findLast(({ event }) => event.type === type)!.event.body;
}

/** The `stripe-signature` of Stripe's own package, made so many seconds ago. */
function sign(payload: string, { secret = endpoint.secret, age = 0 } = {}): string {
  return webhooks.generateTestHeaderString({ payload, secret, timestamp: Number(world.ic.now() / 1_000_000_000n) - age });
}

/** Brings an event through the gateway. */
function post(payload: string, signature = sign(payload), { path = '/webhook', raw = false } = {}): Promise<HttpAnswer> {
  return world.http(path, { method: 'POST', raw, headers: { 'stripe-signature': signature }, body: payload });
}

interface OwnAnswer {
  status: number;
  headers: Record<string, string>;
  json: unknown;
}

function updateArgument(method: string, headers: [string, string][], payload: string): Uint8Array {
  return new Uint8Array(IDL.encode([HttpUpdateRequest], [{ method, url: '/webhook', headers, body: Buffer.from(payload) }]));
}

function readReply(reply: Uint8Array): OwnAnswer {
  const { status_code, headers, body } = IDL.decode([HttpResponse], reply)[0] as unknown as { status_code: number; headers: [string, string][]; body: Uint8Array };
  const text = Buffer.from(body).toString();
  return { status: status_code, headers: Object.fromEntries(headers), json: text === '' ? undefined : JSON.parse(text) };
}

/** What the canister itself answers to an update, before a gateway adds to it. */
async function send(payload: string, headers: [string, string][] = [['stripe-signature', sign(payload)]], method = 'POST'): Promise<OwnAnswer> {
  return readReply(await world.ic.update(world.canister, 'http_request_update', updateArgument(method, headers, payload)));
}

/** Brings what {@link NOT_AUTHENTIC} makes of the last event. */
function sendWrong(make: (typeof NOT_AUTHENTIC)[number][1]): Promise<OwnAnswer> {
  const { payload = body(), header } = make(body());
  return send(payload, header === undefined ? [] : [['stripe-signature', header]]);
}

/** Lets so much time pass, and all that is due by then be done. */
async function pass(ms = 0): Promise<void> {
  await world.ic.advanceTime(ms);
  await world.ic.settled();
}

async function payment(id: string): Promise<PaymentViewValue | undefined> {
  return (await world.admin<[] | [PaymentViewValue]>('query', 'get_payment', IDL.Opt(PaymentView), [IDL.Text, id]))[0];
}

/** What has been counted: by kinds of events, in all, and lookups that wait. */
async function counted(): Promise<{ events: Record<string, number>; payments: Record<string, number>; waiting: number }> {
  const { events, payments, waiting } = await world.admin<StatsValue>('query', 'canister_stats', Stats);
  const read = (counts: [string, bigint][]) => Object.fromEntries(counts.map(([name, count]) => [name, Number(count)]));
  return { events: read(events), payments: read(payments), waiting: Number(waiting) };
}

describe('an authentic event', () => {
  beforeAll(() => start());

  it.each(['/webhook', '/webhook/', '/webhook?a=1', '/webhook/?a=1'])('is acknowledged at %s, on both hosts', async (path) => {
    for (const raw of [false, true]) {
      const id = paidSession();
      const { status, headers, text } = await post(body(), undefined, { path, raw });
      expect([status, text]).toEqual([200, '{"received":true}']);
      expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
      await pass();
      expect(await payment(id)).toMatchObject({ status: 'paid' });
    }
  });

  it.each(['stripe-signature', 'Stripe-Signature', 'STRIPE-SIGNATURE', 'sTRIPE-sIGNATURE'])('has its signature in a header called %s, among others', async (name) => {
    const { events } = await counted();
    paidSession();
    const headers: [string, string][] = [['Host', 'x.icp0.io'], ['X-Stripe-Signature', 't=1,v1=00'], [name, sign(body())], ['Stripe-Signature-Version', '1']];
    expect(await send(body(), headers)).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': '*', 'cache-control': 'no-store' },
      json: { received: true },
    });
    expect((await counted()).events.completed).toBe(events.completed + 1);
  });

  it('may have all the metadata that Stripe allows', async () => {
    const id = paidSession('card', { size: 'full' });
    expect(body().length).toBeGreaterThan(27_000);
    expect((await post(body())).status).toBe(200);
    await pass();
    expect(await payment(id)).toMatchObject({ status: 'paid' });
  });

  it('may have several signatures, of which one counts', async () => {
    paidSession();
    const [time, good] = sign(body()).split(',');
    const bad = sign(body(), { secret: 'whsec_of_another_endpoint' }).split(',')[1];
    const v0 = `v0=${'0'.repeat(64)}`;
    for (const header of [[time, bad, good, v0], [time, good, bad], [good, v0, time]]) expect((await post(body(), header.join())).status).toBe(200);
    expect((await post(body(), [time, bad, v0].join())).status).toBe(400);
  });

  it('may be signed by any of the secrets that are set', async () => {
    const third = 'whsec_thirdEndpoint000';
    const second = await world.addWebhook([endpoint.secret, third]);
    paidSession();
    for (const secret of [second.secret, endpoint.secret, third]) expect((await post(body(), sign(body(), { secret }))).status).toBe(200);
    expect((await post(body(), sign(body(), { secret: 'whsec_fourthEndpoint00' }))).status).toBe(400);
  });

  it('is good for five minutes', async () => {
    paidSession();
    expect((await post(body(), sign(body(), { age: 270 }))).status).toBe(200);
  });
});

/** What is wrong, the body and header that are so, and what is answered. */
const NOT_AUTHENTIC: [string, (payload: string) => { payload?: string; header?: string }, SignatureFault, RegExp][] = [
  ['no signature', () => ({}), 'no_signature', /only Stripe may send events here/],
  ['a signature that is none', () => ({ header: 'v1=1' }), 'malformed_signature', /must arrive as Stripe wrote it/],
  ['a signature of another scheme', (payload) => ({ header: sign(payload).replace('v1=', 'v0=') }), 'malformed_signature', /must arrive as Stripe wrote it/],
  ['an old signature', (payload) => ({ header: sign(payload, { age: 320 }) }), 'stale_signature', /let Stripe send the event again/],
  ['an old signature under a new time', (payload) => ({ header: [sign(payload).split(',')[0], sign(payload, { age: 320 }).split(',')[1]].join() }), 'wrong_signature', /set webhook_secrets to the signing secret of this very endpoint/],
  ["another endpoint's signature", (payload) => ({ header: sign(payload, { secret: 'whsec_of_another_endpoint' }) }), 'wrong_signature', /set webhook_secrets to the signing secret of this very endpoint/],
  ['a byte changed', (payload) => ({ payload: payload.replace('1999', '1998'), header: sign(payload) }), 'wrong_signature', /byte for byte as Stripe sent it/],
  ['a byte more', (payload) => ({ payload: `${payload}\n`, header: sign(payload) }), 'wrong_signature', /byte for byte/],
  ['JSON that was written anew', (payload) => ({ payload: JSON.stringify(JSON.parse(payload)), header: sign(payload) }), 'wrong_signature', /byte for byte/],
  ['too large a body', (payload) => ({ payload: payload.padEnd(LARGEST_BODY + 1), header: sign(payload.padEnd(LARGEST_BODY + 1)) }), 'body_too_large', /put less metadata on the payment link/],
];

describe('what is not authentic', () => {
  beforeAll(() => start());

  it.each(NOT_AUTHENTIC)('%s: it is 400, with the reason and the remedy', async (_, make, code, remedy) => {
    const id = paidSession();
    const before = await counted();
    const { status, headers, json } = await sendWrong(make);
    expect(status).toBe(400);
    expect(json).toEqual({ error: { code, message: expect.stringMatching(remedy) as string } });
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' });
    expect(JSON.stringify(json)).not.toContain(endpoint.secret.slice(-4));
    await pass();
    expect(await counted()).toEqual(before);
    expect(await payment(id)).toBeUndefined();
    // Nor is the event taken for one that has been seen.
    expect((await post(body())).status).toBe(200);
    await pass();
    expect(await payment(id)).toMatchObject({ status: 'paid' });
  });

  it('changes not a byte of what is stored, and starts nothing', async () => {
    await start(); // with the whole ration of refusals
    paidSession();
    const before = world.ic.stableMemory(world.canister);
    for (const [name, make] of NOT_AUTHENTIC) expect([name, (await sendWrong(make)).status]).toEqual([name, 400]);
    await pass();
    expect(Buffer.compare(world.ic.stableMemory(world.canister), before)).toBe(0);
    expect(world.lookups).toBe(0);
    await post(body());
    expect(Buffer.compare(world.ic.stableMemory(world.canister), before)).not.toBe(0);
  });

  it('is answered so through a gateway, too', async () => {
    paidSession();
    const { status, text } = await post(body().replace('1999', '1998'), sign(body()));
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'wrong_signature' } });
  });

  it('and far too large is not even let in', async () => {
    paidSession();
    const payload = body().padEnd(400_000);
    await expect(send(payload)).rejects.toThrow('rejected the message');
    expect((await post(payload)).status).toBeGreaterThanOrEqual(500); // so that Stripe's dashboard shows a failure
  });

  it('is anything where no secret is set', async () => {
    await start();
    await world.updateSettings({ webhook_secrets: [] });
    const id = paidSession();
    const { status, json } = await send(body());
    expect(status).toBe(400);
    expect(json).toEqual({ error: { code: 'no_secret', message: expect.stringMatching(/set webhook_secrets to the signing secret \(whsec_\.\.\.\) that Stripe shows/) as string } });
    expect(await payment(id)).toBeUndefined();
    expect(await counted()).toMatchObject({ events: {}, waiting: 0 });
  });
});

describe('other requests', () => {
  beforeAll(() => start());

  it('by other methods are 405, on both hosts', async () => {
    paidSession();
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
      for (const raw of [false, true]) {
        const { status, headers } = await world.http('/webhook', { method, raw, headers: { 'stripe-signature': sign(body()) } });
        expect([method, status, headers.allow]).toEqual([method, 405, 'POST, OPTIONS']);
      }
      expect(await send(body(), undefined, method)).toMatchObject({
        status: 405,
        headers: { allow: 'POST, OPTIONS', 'access-control-allow-origin': '*', 'cache-control': 'no-store' },
        json: { error: { code: 'method_not_allowed' } },
      });
    }
    expect((await counted()).events).toEqual({});
  });

  it('to preflight are 204 and empty', async () => {
    const { status, headers, json } = await send('', [], 'OPTIONS');
    expect([status, json]).toEqual([204, undefined]);
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
  });

  it.each(['/webhooks', '/webhook/stripe', '/Webhook', '/webhook//'])('to %s are 404', async (path) => {
    paidSession();
    expect((await post(body(), undefined, { path })).status).toBe(404);
    expect((await counted()).events).toEqual({});
  });

  it('beyond the ration are 429, for whom nobody could turn away before', async () => {
    const proxy = world.ic.createCanister();
    await world.ic.install(proxy, proxyCanister(), new Uint8Array());
    const payload = updateArgument('PUT', [], '{}');
    const answers: OwnAnswer[] = [];
    // Calls of canisters do not pass where ingress messages are inspected.
    for (let i = 0; i < 60; i += 1) answers.push(readReply((await callThrough(world.ic, proxy, { callee: world.canister, method: 'http_request_update', payload })).data));
    const busy = answers.filter(({ status }) => status === 429);
    expect(busy.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 405).length).toBe(60 - busy.length);
    expect(busy[0].headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store', 'retry-after': '4' });
    // Stripe is not kept waiting by that.
    paidSession();
    expect((await post(body())).status).toBe(200);
  });
});

describe('the 200', () => {
  /** Lets what waits before Stripe's API in, and all to come. */
  let open: () => void;
  let held: (() => void)[];
  let messages: string[];
  let door: { port: number; close(): Promise<void> };

  beforeEach(async () => {
    let isOpen = false;
    held = [];
    messages = [];
    // Stands before Stripe's API, so that a lookup is under way for as long as a test likes.
    door = await listen((request, response) => {
      const { authorization = '', 'stripe-version': version } = request.headers;
      const letIn = () => {
        void fetch(`${world.stripe.url}${request.url}`, { headers: { authorization, 'stripe-version': String(version) } })
          .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
          .catch(() => response.destroy());
      };
      if (isOpen) letIn();
      else held.push(letIn);
    }, 0);
    open = () => {
      isOpen = true;
      for (const letIn of held.splice(0)) letIn();
    };
    await start({}, { outcallHosts: { 'api.stripe.com': `http://localhost:${door.port}` }, onMessage: ({ entry }) => messages.push(entry ?? '') });
  });
  afterEach(() => door.close());

  it('comes within one update, before any lookup has ended', async () => {
    const id = paidSession();
    messages.length = 0;
    expect((await post(body())).status).toBe(200);
    expect(messages.filter((entry) => entry === 'canister_update http_request_update')).toHaveLength(1);
    expect(world.lookups).toBe(0);
    expect(await payment(id)).toBeUndefined();
    open();
    await pass();
    expect(await payment(id)).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(1);
  });

  it('comes when the lookup is stored: an upgrade right after it makes it all the same', async () => {
    const id = paidSession();
    expect((await send(body())).status).toBe(200);
    messages.length = 0;
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    // The upgrade came before the timer did.
    const [first] = messages.filter((entry) => /upgrade|timer/.test(entry));
    expect(first).toMatch(/upgrade/);
    open();
    await pass();
    expect(await payment(id)).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(1);
  });

  it('is kept, too, by an upgrade that loses the lookup under way', async () => {
    const id = paidSession();
    await post(body());
    await expect.poll(() => held.length, PATIENTLY).toBe(1);
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT, { stop: false });
    held.length = 0; // nobody answers the old code any more
    open();
    await world.ic.advanceTime(0); // it is found out, and put off
    await world.ic.advanceTime(61_000);
    await expect.poll(async () => (await payment(id))?.status, PATIENTLY).toBe('paid');
  });

  it('is known to the shopper who returns meanwhile, who is told `checking`, and then `paid`', async () => {
    const id = paidSession();
    await post(body());
    await expect.poll(() => held.length, PATIENTLY).toBe(1);
    for (const raw of [false, true]) expect(await world.checkout(id, { raw })).toEqual({ status: 'checking', retry_after_ms: 1000 });
    open();
    await pass();
    for (const raw of [false, true]) expect(await world.checkout(id, { raw })).toMatchObject({ status: 'paid', payment: { id } });
    expect(world.lookups).toBe(1);
  });
});

describe('a lookup that an event asks for', () => {
  beforeEach(() => start());

  it('is made again when it fails, with nobody watching', async () => {
    const id = paidSession();
    world.stripe.script(id, [{ kind: 'api_error' }, { kind: 'rate_limit' }, { kind: 'html', status: 502 }, { kind: 'cut', at: 'start' }]);
    await post(body());
    for (const [failures, minutes] of [[1, 0], [2, 1], [3, 10], [4, 60]]) {
      await pass(minutes * 60_000);
      expect(world.lookups).toBe(failures);
      expect(await counted()).toMatchObject({ payments: {}, waiting: 1 });
      expect(await payment(id)).toBeUndefined();
    }
    await pass(6 * 3_600_000);
    expect(await payment(id)).toMatchObject({ status: 'paid' });
    expect(await counted()).toMatchObject({ payments: { paid: 1 }, waiting: 0 });
    expect(world.lookups).toBe(5);
  });

  it('is made once there are cycles for it again', async () => {
    const id = paidSession();
    world.ic.setCycleBalance(world.canister, 99_000_000_000n);
    expect((await post(body())).status).toBe(200);
    await pass();
    expect(world.lookups).toBe(0);
    world.ic.setCycleBalance(world.canister, 1_000_000_000_000n);
    await pass(60_000);
    expect(await payment(id)).toMatchObject({ status: 'paid' });
  });

  it('does not hold up the others', async () => {
    const bad = paidSession();
    world.stripe.script(bad, [{ kind: 'api_error', times: Infinity }]);
    await send(body());
    const good = paidSession();
    await send(body());
    await pass();
    expect(await payment(good)).toMatchObject({ status: 'paid' });
    expect(await payment(bad)).toBeUndefined();
  });
});

/** Events that are none of this merchant's business, made of one that is. */
const IGNORED: [string, (event: { [name: string]: unknown; data: { object: Record<string, unknown> } }) => unknown][] = [
  ['of another payment link', (event) => (event.data.object.payment_link = 'plink_other')],
  ['of no payment link', (event) => (event.data.object.payment_link = null)],
  ['of a subscription', (event) => (event.data.object.mode = 'subscription')],
  ['of live mode', (event) => (event.livemode = true)],
  ['of a session of live mode', (event) => (event.data.object.livemode = true)],
  ['of an unknown type', (event) => (event.type = 'checkout.session.unheard_of')],
  ['of a connected account', (event) => (event.account = 'acct_1Connected')],
  ['about something that is no session', (event) => (event.data.object.object = 'invoice')],
  ['without an object', (event) => (event.data = undefined as never)],
  ['without an id', (event) => (event.id = undefined)],
  ['of the thin kind', (event) => (event.object = 'v2.core.event')],
];

describe('an event that is none of our business', () => {
  it.each([['with a key', {}], ['without', KEYLESS]])('%s is acknowledged, and ignored', async (_, settings: Settings) => {
    await start({ ...settings, payment_links: [['plink_mine']] });
    const id = paidSession('card', { payment_link: 'plink_mine' });
    for (const [name, alter] of IGNORED) {
      const event = JSON.parse(body()) as Parameters<typeof alter>[0];
      event.id = `evt_${name.replaceAll(' ', '_')}`;
      alter(event);
      const { status, text } = await post(JSON.stringify(event, null, 2));
      expect([name, status, text]).toEqual([name, 200, '{"received":true}']);
    }
    for (const text of ['', '{}', '[]', 'null', 'not JSON', '{"id":"evt_1","object":"event"', '\u{1F6B2}']) expect((await post(text)).status).toBe(200);
    // All else that Stripe has to tell of a payment.
    const others = world.stripe.deliveries.filter(({ event }) => event.type !== COMPLETED);
    expect(others.length).toBeGreaterThan(2);
    for (const { event } of others) expect((await post(event.body)).status).toBe(200);
    await pass();
    expect(await payment(id)).toBeUndefined();
    expect(await counted()).toMatchObject({ payments: {}, waiting: 0 });
    expect(world.lookups).toBe(0);
    // The one that they were made of is not.
    await post(body());
    await pass();
    expect(await payment(id)).toMatchObject({ status: 'paid' });
  });

  it('gives nothing back and disputes nothing', async () => {
    await start();
    const id = paidSession();
    await world.checkout(id);
    world.stripe.dispute(id);
    const other = paidSession();
    await world.checkout(other);
    world.stripe.refund(other);
    for (const type of ['charge.refunded', 'charge.dispute.created']) {
      for (const fields of [{ livemode: true }, { account: 'acct_1Connected' }, { type: `${type}.not` }]) {
        await post(JSON.stringify({ ...(JSON.parse(body(type)) as object), ...fields, id: `evt_${JSON.stringify(fields).replace(/\W/g, '')}` }));
      }
    }
    expect(await payment(id)).toMatchObject({ status: 'paid', disputed: false });
    expect(await payment(other)).toMatchObject({ status: 'paid', amount_refunded: 0n });
  });
});

describe('an event that comes again', () => {
  it('counts once, however it is signed', async () => {
    await start();
    paidSession();
    for (const age of [0, 10, 20]) expect((await post(body(), sign(body(), { age }))).status).toBe(200);
    await pass();
    expect(world.lookups).toBe(1);
    expect(await counted()).toMatchObject({ events: { completed: 1 }, payments: { paid: 1 } });
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    await post(body());
    expect((await counted()).events).toEqual({ completed: 1 });
  });

  it('is known for five days, and then forgotten, so that what is remembered stays bounded', async () => {
    await start(KEYLESS);
    const bodies = Array.from({ length: 6 }, () => {
      paidSession();
      return body();
    });
    for (const each of bodies) await send(each);
    await pass(5 * DAY - 60_000);
    for (const each of bodies) await send(each);
    expect((await counted()).events).toEqual({ completed: 6 });
    await pass(2 * 60_000);
    // Each that comes sweeps out three that are too old.
    for (let i = 0; i < 2; i += 1) {
      paidSession();
      await send(body());
    }
    expect((await counted()).events).toEqual({ completed: 8 });
    for (const each of bodies) await send(each);
    expect(await counted()).toMatchObject({ events: { completed: 14 }, payments: { paid: 8 } });
  });
});

describe('the secret', () => {
  beforeEach(() => start());

  const refusedCode = async (payload: string, secret: string) => {
    const { status, text } = await post(payload, sign(payload, { secret }));
    return status === 400 ? (JSON.parse(text) as { error: { code: string } }).error.code : status;
  };

  it('is changed without a gap, the old one named as it is shown', async () => {
    const old = endpoint.secret;
    const next = 'whsec_theNextSecretOfThisEndpoint';
    paidSession();
    const { webhook_secrets: [shown] } = await world.admin<{ webhook_secrets: string[] }>('query', 'get_settings', SettingsView);
    expect(shown).toBe(`…${old.slice(-4)}`);
    expect(await world.updateSettings({ webhook_secrets: [shown, next] })).toMatchObject({ webhook_secrets: [shown, '…oint'] });
    for (const secret of [old, next]) expect(await refusedCode(body(), secret)).toBe(200);
    // Other settings leave them alone, and an upgrade does.
    await world.updateSettings({ accept_no_payment_required: true });
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    for (const secret of [old, next]) expect(await refusedCode(body(), secret)).toBe(200);
    await world.updateSettings({ webhook_secrets: ['…oint'] });
    expect(await refusedCode(body(), next)).toBe(200);
    expect(await refusedCode(body(), old)).toBe('wrong_signature');
  });

  it('that is named by what is not shown is refused, and the old ones stay', async () => {
    paidSession();
    for (const wrong of ['…zzzz', '…', endpoint.secret.slice(-4)]) {
      await expect(world.updateSettings({ webhook_secrets: [wrong] })).rejects.toThrow('webhook_secrets must be');
    }
    expect(await refusedCode(body(), endpoint.secret)).toBe(200);
  });

  it('that Stripe rolls loses no event at any time', async () => {
    world.stripe.decideDeliveries(() => 'send');
    const isTold = async () => {
      paidSession();
      await world.stripe.deliveriesSettled();
      return world.stripe.deliveries.filter(({ attempts }) => attempts.length !== 1 || attempts[0].status !== 200);
    };
    expect(await isTold()).toEqual([]);
    const next = world.stripe.rollWebhookSecret(endpoint.id, DAY / 2);
    expect(await isTold()).toEqual([]); // signed by both, of which the canister knows the old one
    await world.updateSettings({ webhook_secrets: [`…${endpoint.secret.slice(-4)}`, next] });
    expect(await isTold()).toEqual([]);
    await pass(DAY / 2);
    expect(await isTold()).toEqual([]); // signed by the new one alone
    await world.updateSettings({ webhook_secrets: [`…${next.slice(-4)}`] });
    expect(await isTold()).toEqual([]);
    expect((await counted()).events.completed).toBe(5);
  });
});

describe('the payer', () => {
  /** In all that is the payer's, time and again: stable memory keeps a long text in pieces, and no cut can hide this. */
  const MARK = 'Quetzal ';
  const PERSONAL = ['name', 'individual_name', 'email', 'phone', 'line1', 'city', 'postal_code', 'value'];
  const marked = (payload: string): string =>
    JSON.stringify(JSON.parse(payload, (key, value: unknown) => (PERSONAL.includes(key) && typeof value === 'string' ? `${value} ${MARK.repeat(4)}` : value)), null, 2);

  /** The pages of stable memory that are not empty: of a thousand, a few. */
  const written = () => {
    const memory = world.ic.stableMemory(world.canister);
    const pages = Array.from({ length: memory.length / 65_536 }, (_, page) => memory.subarray(page * 65_536, (page + 1) * 65_536));
    return Buffer.concat(pages.filter((page) => Buffer.compare(page, EMPTY_PAGE) !== 0));
  };

  it.each([['with a key', {}], ['without', KEYLESS]])('%s leaves nothing behind, in no answer, no line printed and no page of stable memory', async (_, settings: Settings) => {
    await start(settings);
    const id = paidSession();
    const completed = marked(body());
    const { customer_details, collected_information, custom_fields } = (JSON.parse(completed) as { data: { object: Session } }).data.object;
    expect(customer_details?.name).toMatch(/"Zo".*\u{1F6B2}.*Quetzal/u);
    world.stripe.script(id, [{ kind: 'fields', fields: { customer_details, collected_information, custom_fields } }]);
    await post(completed);
    await pass();
    expect(world.stripe.requests.map(({ trouble }) => trouble)).toEqual(settings === KEYLESS ? [] : ['fields']); // Stripe's answer was marked, too
    world.stripe.refund(id, 500);
    const refunded = marked(body('charge.refunded'));
    expect(refunded).toContain(MARK);
    await post(refunded);
    world.stripe.dispute(id);
    await post(marked(body('charge.dispute.created')));
    expect(await world.checkout(id)).toMatchObject({ status: 'paid', payment: { amount_refunded: 500 } });
    const known = await payment(id);
    expect(known).toMatchObject({ disputed: true });
    world.said.push(inspect(known), inspect(await counted()));

    const stable = written();
    const half = id.length / 2;
    expect([id.slice(0, half), id.slice(half)].some((piece) => stable.includes(piece))).toBe(true); // there is something to find
    const said = Buffer.from(world.said.join());
    expect(said.includes(id)).toBe(true);
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const mark = Buffer.from(MARK.trim(), encoding);
      expect([encoding, stable.includes(mark), said.includes(mark)]).toEqual([encoding, false, false]);
    }
  });

  it.each([
    ['quotes that would end the text', '","payment_status":"paid","status":"complete","x":"'],
    ['half an emoji', '\ud83d'],
    ['what looks like an escape', '\\ud83d\\n\\"'],
    ['control characters', '\u0000\u001f\u007f\u2028'],
    ['a name without end', '\u{1F6B2}'.repeat(5_000)],
  ])('%s: it cannot say what was paid', async (_, name) => {
    const id = paidSession('sepa_debit');
    const event = JSON.parse(body()) as { data: { object: { customer_details: { name: string } } } };
    event.data.object.customer_details.name = name;
    expect((await post(JSON.stringify(event, null, 2))).status).toBe(200);
    const { text } = await world.http(`/checkout/${id}`);
    expect(JSON.parse(text)).toMatchObject({ status: 'processing', payment: { id, payment_status: 'unpaid', amount_total: 1999 } });
  });
});
