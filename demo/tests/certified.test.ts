/** Certified answers: which a query may give through a gateway that verifies, and what a node that lies can make of them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MOST_ANSWERS } from '../../canister/certification/certified-answers.js';
import type { Answer, Status } from '../../canister/contract.js';
import { decodeResponse, encodeQueryRequest, encodeUpdateRequest, type CanisterHttpResponse } from '../local/ic/gateway/candid.js';
import type { GatewayIc } from '../local/ic/gateway/gateway-ic.js';
import { answer as encodeAnswer, send, type Got } from '../local/ic/gateway/testing.js';
import { startGateway, type ExecutedMessage } from '../local/ic/index.js';
import { callThrough, proxyCanister } from '../local/ic/testing/proxy-canister.js';
import type { PaymentMethod } from '../local/stripe/index.js';
import { CanisterWorld, NO_ARGUMENT, type HttpAnswer } from './canister-world.js';

const MINUTE = 60_000;

const messages: ExecutedMessage[] = [];
let world: CanisterWorld;
/** What a node makes of the canister's reply to a query; it does as it should where there is nothing. */
let lie: ((truth: CanisterHttpResponse) => CanisterHttpResponse) | undefined;
let lying: { port: number; close(): Promise<void> };
/** Whether events tell of payments: not as a rule, for what they have looked up would come between. */
let tellsOfPayments = false;

beforeAll(async () => {
  world = await CanisterWorld.start({}, { onMessage: (message) => messages.push(message) });
  await world.addWebhook();
  world.stripe.decideDeliveries(({ event }) => (event.type === 'checkout.session.completed' && !tellsOfPayments ? 'lose' : 'send'));
  const { ic } = world;
  const node: GatewayIc = {
    trust: ic.trust,
    now: () => ic.now(),
    hasCanister: (id) => ic.hasCanister(id),
    update: (id, method, argument) => ic.update(id, method, argument),
    query: async (id, method, argument) => {
      const truth = await ic.query(id, method, argument);
      if (lie === undefined) return truth;
      const { status, headers, body, upgrade } = lie(decodeResponse(truth));
      return encodeAnswer({ status, headers: headers.map(([name, value]): [string, string] => [name, value]), body, upgrade });
    },
  };
  lying = await startGateway(node, { port: 0 });
});
afterEach(() => {
  lie = undefined;
  tellsOfPayments = false;
});
afterAll(() => Promise.all([lying.close(), world.close()]));

interface Asked {
  answer: Answer;
  /** Whether a query alone has given it. */
  byQuery: boolean;
}

/** What an HTTP request comes to on the host that gateways verify, and whether an update was executed for it. */
async function request(path: string, options: { method?: string } = {}): Promise<HttpAnswer & { byQuery: boolean }> {
  await world.ic.settled();
  messages.length = 0;
  const got = await world.http(path, options);
  return { ...got, byQuery: !messages.some(({ entry }) => entry === 'canister_update http_request_update') };
}

async function ask(id: string): Promise<Asked> {
  const { status, text, byQuery } = await request(`/checkout/${id}`);
  expect(status, text).toBe(200);
  return { answer: JSON.parse(text) as Answer, byQuery };
}

/** Has the canister look a session up, when the ration has a lookup left. */
async function confirm(id: string, status: Status = 'paid'): Promise<string> {
  await world.ic.advanceTime(1000);
  expect(await world.checkout(id)).toMatchObject({ status });
  return id;
}

function paidSession(method: PaymentMethod = 'card', link?: string): string {
  const { id } = world.stripe.createSession({ payment_link: link });
  world.stripe.pay(id, method);
  return id;
}

/** Until all events have come, and what they have caused is done. */
async function told(): Promise<void> {
  await world.stripe.deliveriesSettled();
  await world.ic.settled();
}

/** The canister's own reply to a query, by an honest node. */
async function reply(id: string, path = `/checkout/${id}`): Promise<CanisterHttpResponse> {
  const argument = encodeQueryRequest({ method: 'GET', url: path, headers: [['host', `${world.canister.toText()}.icp0.io`]], body: new Uint8Array() });
  return decodeResponse(await world.ic.query(world.canister, 'http_request', argument));
}

/** What comes through the gateway where a node lies. */
function lyingAbout(id: string, how: typeof lie, { method = 'GET', path = `/checkout/${id}` } = {}): Promise<Got> {
  lie = how;
  return send(lying.port, { host: `${world.canister.toText()}.localhost`, path, method });
}

const REFUSED = { status: 503, text: expect.stringContaining('Response verification error') as string };

const text = ({ body }: CanisterHttpResponse) => Buffer.from(body).toString();
const headerOf = ({ headers }: CanisterHttpResponse, wanted: string) => headers.find(([name]) => name === wanted)![1];
const certificateOf = (response: CanisterHttpResponse) => headerOf(response, 'IC-Certificate');
const withCertificate = (response: CanisterHttpResponse, certificate: string): CanisterHttpResponse => ({
  ...response,
  headers: response.headers.map(([name, value]) => [name, name === 'IC-Certificate' ? certificate : value]),
});
/** A response with the certificate proper of another one, its own witness kept. */
const newly = (old: CanisterHttpResponse, fresh: CanisterHttpResponse) =>
  withCertificate(old, certificateOf(old).replace(/certificate=:.*?:/, /certificate=:.*?:/.exec(certificateOf(fresh))![0]));

describe('a final answer is given by a query, once it is known:', () => {
  it('paid', async () => {
    const id = paidSession();
    await world.ic.advanceTime(1000);
    const first = await ask(id);
    expect(first).toMatchObject({ answer: { status: 'paid', payment: { id } }, byQuery: false });
    expect(await ask(id)).toEqual({ answer: first.answer, byQuery: true });
    const { byQuery, headers } = await request(`/checkout/${id}?n=2`);
    expect(byQuery).toBe(true);
    // All headers that the answer had are certified, or they would not be here.
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it('paid, by the event alone, before any shopper asks', async () => {
    tellsOfPayments = true;
    const id = paidSession();
    await told();
    await world.ic.advanceTime(MINUTE); // what is on the agenda is looked up
    await world.ic.settled();
    expect(await ask(id)).toMatchObject({ answer: { status: 'paid' }, byQuery: true });
  });

  it('refunded, and paid with what is refunded of it', async () => {
    const id = await confirm(paidSession());
    world.stripe.refund(id, 1);
    await told();
    expect(await ask(id)).toMatchObject({ answer: { status: 'paid', payment: { amount_refunded: 1 } }, byQuery: true });
    world.stripe.refund(id);
    await told();
    expect(await ask(id)).toMatchObject({ answer: { status: 'refunded' }, byQuery: true });
  });

  it('expired', async () => {
    const { id } = world.stripe.createSession();
    world.stripe.expire(id);
    await confirm(id, 'expired');
    expect(await ask(id)).toMatchObject({ answer: { status: 'expired' }, byQuery: true });
  });

  it('failed, which an event tells', async () => {
    const id = await confirm(paidSession('sepa_debit'), 'processing');
    world.stripe.fail(id);
    await told();
    expect(await ask(id)).toMatchObject({ answer: { status: 'failed' }, byQuery: true });
  });
});

describe('an update answers', () => {
  it('what is not final', async () => {
    const open = world.stripe.createSession().id;
    const processing = paidSession('sepa_debit');
    for (const [id, status] of [[open, 'open'], [processing, 'processing'], ['cs_test_a1unknown', 'not_found'], ['cs_live_a1other', 'not_found']] as const) {
      await world.ic.advanceTime(1000);
      for (let n = 0; n < 3; n += 1) expect(await ask(id)).toMatchObject({ answer: { status }, byQuery: false });
    }
  });

  it('what becomes final, until it has', async () => {
    const { id } = world.stripe.createSession();
    await confirm(id, 'open');
    world.stripe.pay(id);
    await world.ic.advanceTime(5000);
    await confirm(id);
    expect(await ask(id)).toMatchObject({ answer: { status: 'paid' }, byQuery: true });
  });

  it('with a trailing slash: that is the same path, but not one that the certificate is for', async () => {
    const id = await confirm(paidSession());
    expect(await ask(id)).toMatchObject({ byQuery: true });
    for (const path of [`/checkout/${id}/`, `/checkout/${id}/?n=1`]) {
      const { status, text, byQuery } = await request(path);
      expect({ status, text, byQuery }).toEqual({ status: 200, text: expect.stringContaining('"status":"paid"') as string, byQuery: false });
    }
  });

  it('other methods, which it refuses', async () => {
    const id = await confirm(paidSession());
    for (const method of ['HEAD', 'POST']) expect(await request(`/checkout/${id}`, { method })).toMatchObject({ status: 405, byQuery: false });
  });

  it('another canister that calls http_request, for there is no certificate to be had', async () => {
    const id = await confirm(paidSession());
    const proxy = world.ic.createCanister();
    await world.ic.install(proxy, proxyCanister(), new Uint8Array());
    const payload = encodeQueryRequest({ method: 'GET', url: `/checkout/${id}`, headers: [['host', `${world.canister.toText()}.icp0.io`]], body: new Uint8Array() });
    const { code, data, message } = await callThrough(world.ic, proxy, { callee: world.canister, method: 'http_request', payload });
    expect(code, message).toBe(0);
    expect(decodeResponse(data)).toMatchObject({ upgrade: true });
    expect(await ask(id)).toMatchObject({ byQuery: true });
  });
});

describe('what was certified', () => {
  it('is not, after an upgrade, until it is asked for again', async () => {
    const id = await confirm(paidSession());
    const before = await reply(id);
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    const other = await confirm(paidSession());
    // What the old code certified is not among what the new one does.
    const fresh = await reply(other);
    expect(await lyingAbout(id, () => newly(before, fresh))).toMatchObject(REFUSED);
    expect(await ask(id)).toMatchObject({ answer: { status: 'paid' }, byQuery: false });
    expect(await ask(id)).toMatchObject({ answer: { status: 'paid' }, byQuery: true });
    expect(await ask(other)).toMatchObject({ byQuery: true });
  });

  describe('by terms that have changed', () => {
    afterEach(() => world.updateSettings({ payment_links: [], accept_modes: ['payment'], api_key: world.stripe.keys.good, livemode: false }));

    it.each<[string, () => Record<string, unknown>]>([
      ['a list of links', () => ({ payment_links: ['plink_mine'] })],
      ['other modes', () => ({ accept_modes: ['subscription'] })],
      ['live mode', () => ({ api_key: world.stripe.keys.live, livemode: true })],
    ])('is not served any more, however often it is asked for: %s', async (_, changes) => {
      const id = await confirm(paidSession('card', 'plink_cheap'));
      expect(await ask(id)).toMatchObject({ answer: { status: 'paid' }, byQuery: true });
      const before = await reply(id);
      await world.updateSettings(changes());
      for (let n = 0; n < 3; n += 1) expect(await ask(id)).toEqual({ answer: { status: 'not_found' }, byQuery: false });
      expect((await reply(id)).upgrade).toBe(true);
      // Nor does the subnet vouch for it any more: a node finds no new certificate that its old witness goes with.
      await world.updateSettings({ payment_links: [], accept_modes: ['payment'], api_key: world.stripe.keys.good, livemode: false });
      const other = await confirm(paidSession());
      const fresh = await reply(other);
      expect(await lyingAbout(id, () => newly(before, fresh))).toMatchObject(REFUSED);
    });

    it('is not certified by an event either', async () => {
      const id = await confirm(paidSession('card', 'plink_cheap'));
      await world.updateSettings({ payment_links: ['plink_mine'] });
      world.stripe.refund(id, 1);
      await told();
      for (let n = 0; n < 2; n += 1) expect(await ask(id)).toEqual({ answer: { status: 'not_found' }, byQuery: false });
      expect((await reply(id)).upgrade).toBe(true);
    });

    it('is certified again, where the terms accept it again', async () => {
      const id = await confirm(paidSession('card', 'plink_cheap'));
      await world.updateSettings({ payment_links: ['plink_mine'] });
      expect(await ask(id)).toMatchObject({ answer: { status: 'not_found' } });
      await world.updateSettings({ payment_links: ['plink_mine', 'plink_cheap'] });
      expect(await ask(id)).toMatchObject({ answer: { status: 'paid' }, byQuery: false });
      expect(await ask(id)).toMatchObject({ answer: { status: 'paid' }, byQuery: true });
    });
  });

  it('stays so for the latest answers, and the oldest are answered by an update', async () => {
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT); // none to begin with
    const ids: string[] = [];
    for (let n = 0; n < MOST_ANSWERS + 3; n += 1) {
      await world.ic.advanceTime(1000);
      const id = paidSession();
      const argument = encodeUpdateRequest({ method: 'GET', url: `/checkout/${id}`, headers: [], body: new Uint8Array() });
      expect(text(decodeResponse(await world.ic.update(world.canister, 'http_request_update', argument)))).toContain('"paid"');
      ids.push(id);
    }
    await told();
    const byQuery: boolean[] = [];
    for (const id of ids) byQuery.push((await reply(id)).upgrade !== true);
    expect(byQuery).toEqual(ids.map((_, n) => n >= 3));
    for (const id of ids.slice(3)) expect((await ask(id)).byQuery).toBe(true);
    // One that is asked for again takes the place of the oldest that is left.
    expect(await ask(ids[0])).toMatchObject({ answer: { status: 'paid' }, byQuery: false });
    expect(await ask(ids[0])).toMatchObject({ answer: { status: 'paid' }, byQuery: true });
    expect((await reply(ids[3])).upgrade).toBe(true);
    expect((await reply(ids[4])).upgrade).not.toBe(true);
  }, 120_000);
});

describe('a node that lies', () => {
  it('passes where it tells the truth', async () => {
    const id = await confirm(paidSession());
    expect(JSON.parse((await lyingAbout(id, (truth) => truth)).text)).toMatchObject({ status: 'paid' });
  });

  it.each<[string, () => Promise<string>]>([
    ['that is open', () => confirm(world.stripe.createSession().id, 'open')],
    ['that nobody has heard of', () => Promise.resolve('cs_test_a1invented')],
    ['that has expired', async () => {
      const { id } = world.stripe.createSession();
      world.stripe.expire(id);
      return confirm(id, 'expired');
    }],
  ])('cannot make a payment of a session %s', async (_, make) => {
    const id = await make();
    const paid = await confirm(paidSession());
    const genuine = await reply(paid);
    const forged = Buffer.from(text(genuine).replaceAll(paid, id));
    const ofOther = /expr_path=:.*?:/;
    const ownPath = `expr_path=:${Buffer.from([0x84, ...['http_expr', 'checkout', id, '<$>'].flatMap(cborText)]).toString('base64')}:`;
    const none = 'default_certification(ValidationArgs{no_certification:Empty{}})';
    const plain = { ...genuine, headers: genuine.headers.filter(([name]) => !name.startsWith('IC-')) };
    const lies: Record<string, CanisterHttpResponse> = {
      'a body of its own, with no certificate': { ...plain, body: forged },
      "a body of its own, with another payment's certificate": { ...genuine, body: forged },
      "another payment's answer": genuine,
      "another payment's answer, said to be for this path": withCertificate(genuine, certificateOf(genuine).replace(ofOther, ownPath)),
      'a body of its own, said to be for this path': withCertificate({ ...genuine, body: forged }, certificateOf(genuine).replace(ofOther, ownPath)),
      'a body of its own, said to need no certificate': {
        ...genuine,
        body: forged,
        headers: genuine.headers.map(([name, value]) => [name, name === 'IC-CertificateExpression' ? none : value]),
      },
    };
    for (const [what, told] of Object.entries(lies)) expect(await lyingAbout(id, () => told), what).toMatchObject(REFUSED);
    // Nor by its own word against the truth: the next request, to an honest node, is told so.
    expect((await ask(id)).answer.status).not.toBe('paid');
  });

  it('can give a paid answer to another method, and nothing else: the request is not certified', async () => {
    const id = await confirm(paidSession());
    const genuine = await reply(id);
    expect(await lyingAbout(id, () => genuine, { method: 'POST' })).toMatchObject({ status: 200, text: text(genuine) });
    expect(await lyingAbout(id, () => genuine, { path: `/checkout/${id}/` })).toMatchObject(REFUSED);
    expect(await lyingAbout(id, () => ({ ...genuine, headers: [...genuine.headers, ['set-cookie', 'a=b']] }))).not.toHaveProperty('headers.set-cookie');
  });

  it('can give the answer from before a refund for five minutes, and in no new guise', async () => {
    const id = await confirm(paidSession());
    const paid = await reply(id);
    expect(text(paid)).toContain('"status":"paid"');
    world.stripe.refund(id);
    await told();
    const refunded = await reply(id);
    expect(text(refunded)).toContain('"status":"refunded"');
    // The old witness does not go with what is certified now, nor the new one with what was certified then.
    expect(await lyingAbout(id, () => newly(paid, refunded))).toMatchObject(REFUSED);
    expect(await lyingAbout(id, () => newly(refunded, paid))).toMatchObject(REFUSED);
    expect(await lyingAbout(id, () => withCertificate(paid, certificateOf(refunded)))).toMatchObject(REFUSED);
    // The whole of the past is a truth of then.
    expect(await lyingAbout(id, () => paid)).toMatchObject({ status: 200, text: text(paid) });
    await world.ic.advanceTime(4 * MINUTE);
    expect(await lyingAbout(id, () => paid)).toMatchObject({ status: 200, text: text(paid) });
    await world.ic.advanceTime(MINUTE + 1000);
    expect(await lyingAbout(id, () => paid)).toMatchObject(REFUSED);
    expect(await ask(id)).toMatchObject({ answer: { status: 'refunded' }, byQuery: true });
  });
});

/** A text of at most 255 bytes in CBOR. */
function cborText(text: string): number[] {
  return [...(text.length < 24 ? [0x60 + text.length] : [0x78, text.length]), ...Buffer.from(text)];
}
