/**
 * Which updates are let in (`canister_inspect_message`), what looking at them takes, and that what is not let in comes to
 * nothing where a canister asks for it, whose calls are not inspected.
 */
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpResponse, HttpUpdateRequest } from '../../canister/http/interface.js';
import { LARGEST_BODY } from '../../canister/stripe/signature.js';
import { SettingsChanges } from '../../canister/settings.js';
import { instrument } from '../bench/instrument.js';
import { browserHeaders, sessionId } from '../bench/shopper.js';
import { hostile } from '../local/ic/candid-testing.js';
import { RejectError } from '../local/ic/index.js';
import type { ExecutedMessage } from '../local/ic/surroundings.js';
import { callThrough, proxyCanister, type ProxyAnswer } from '../local/ic/testing/proxy-canister.js';
import { CanisterWorld, CONTROLLER, NO_ARGUMENT } from './canister-world.js';

const STRANGER = Principal.selfAuthenticating(Uint8Array.of(2));
const { webhooks } = new Stripe('sk_test_none');
const SECRET = 'whsec_0123456789abcdefghijklmnop';
/** `IC0406`: what the IC says where `canister_inspect_message` does not accept. */
const NOT_LET_IN = 406;
/** The most instructions that looking at a message may take: https://docs.internetcomputer.org/references/resource-limits */
const INSPECTION_LIMIT = 200_000_000;
/** Ingress has at most 2 MiB. */
const LARGEST = new Uint8Array(2 * 2 ** 20 - 200);

let world: CanisterWorld;
let proxy: Principal;
const messages: ExecutedMessage[] = [];

async function start(): Promise<void> {
  world = await CanisterWorld.start({ webhook_secrets: [[SECRET]] }, { onMessage: (message) => messages.push(message) });
  proxy = world.ic.createCanister({ cycles: 10n ** 14n });
  await world.ic.install(proxy, proxyCanister(), new Uint8Array());
}

interface Http {
  method?: string;
  url: string;
  headers?: [string, string][];
  body?: string | Uint8Array;
}

/** The argument of `http_request_update`. */
function request({ method = 'GET', url, headers = [], body = '' }: Http): Uint8Array {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return new Uint8Array(IDL.encode([HttpUpdateRequest], [{ method, url, headers, body: new Uint8Array(bytes) }]));
}

/** An event with this signature; by default one of the right form, by somebody who does not know the secret. */
function event(body: string | Uint8Array, signature = `t=${now()},v1=${'0'.repeat(64)}`): Uint8Array {
  return request({ method: 'POST', url: '/webhook', headers: [['stripe-signature', signature]], body });
}

/** Seconds since 1970, in the local IC. */
function now(): number {
  return Math.floor(Number(world.ic.now() / 1_000_000_000n));
}

/** Sends an ingress message. Whether it was let in, whatever came of it then. */
async function isLetIn(method: string, argument: Uint8Array, caller = Principal.anonymous()): Promise<boolean> {
  const before = world.ic.cycleBalance(world.canister);
  try {
    await world.ic.update(world.canister, method, argument, caller);
    return true;
  } catch (error) {
    if (!(error instanceof RejectError)) throw error;
    if (!error.message.endsWith('rejected the message')) return true;
    expect(error.errorCode).toBe(NOT_LET_IN);
    expect(world.ic.cycleBalance(world.canister)).toBeLessThanOrEqual(before); // and costs nothing but the time that passes
    return false;
  }
}

/** The same from a canister, which is not inspected. */
function fromCanister(method: string, payload: Uint8Array): Promise<ProxyAnswer> {
  return callThrough(world.ic, proxy, { callee: world.canister, method, payload });
}

/** Status and body of an HTTP answer to a canister. */
function httpAnswer({ code, data, message }: ProxyAnswer): { status: number; text: string } {
  if (code !== 0) throw new Error(`rejected: ${message}`);
  const { status_code, body } = IDL.decode([HttpResponse], data)[0] as unknown as { status_code: number; body: Uint8Array };
  return { status: status_code, text: Buffer.from(body).toString() };
}

/** How many of so many messages in a row are let in, and how many a ration would let in: what there is at once, and what comes meanwhile. */
async function flood(count: number, argument: () => Uint8Array): Promise<{ letIn: number; seconds: number }> {
  const from = world.ic.now();
  let letIn = 0;
  for (let turn = 0; turn < count; turn += 1) if (await isLetIn('http_request_update', argument())) letIn += 1;
  return { letIn, seconds: Number(world.ic.now() - from) / 1e9 };
}

const validChanges = new Uint8Array(IDL.encode([SettingsChanges], [Object.fromEntries(SettingsChanges._fields.map(([name]) => [name, []]))]));
const text = (value: string) => new Uint8Array(IDL.encode([IDL.Text], [value]));

describe('the methods that are let in', () => {
  beforeAll(start);
  afterAll(() => world.close());

  const argumentOf = (method: string) => ({ http_request_update: request({ url: '/nonsense' }), update_settings: validChanges, check_payment: text('nonsense') })[method] ?? NO_ARGUMENT;

  it('are those of shoppers, and for administrators their own', async () => {
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(world.wasm as BufferSource)).flatMap(({ name }) => /^canister_(?:query|update) (.*)$/.exec(name)?.[1] ?? []);
    expect(exported).toContain('_azle_chunk');
    expect(exported).toContain('<ic-cdk internal> timer_executor');
    const letIn = async (caller: Principal) => {
      const names: string[] = [];
      for (const method of exported) if (await isLetIn(method, argumentOf(method), caller)) names.push(method);
      return names.sort();
    };
    expect(await letIn(Principal.anonymous())).toEqual(['http_request_update']);
    expect(await letIn(STRANGER)).toEqual(['http_request_update']);
    expect(await letIn(CONTROLLER)).toEqual(['canister_stats', 'check_connection', 'check_payment', 'get_payment', 'get_settings', 'http_request_update', 'list_concerns', 'list_dead_letters', 'list_payments', 'retry_delivery', 'update_settings']);
  });

  it.each(['', 'unknown', 'http_request_updat', 'http_request_update ', 'HTTP_REQUEST_UPDATE', 'canister_update http_request_update', '__proto__', 'constructor', 'toString', 'x'.repeat(20_000), 'é\u0000'])('"%s" is none of them', async (method) => {
    for (const caller of [Principal.anonymous(), CONTROLLER]) expect(await isLetIn(method, request({ url: '/nonsense' }), caller)).toBe(false);
  });

  it('for administrators are let in as they become administrators', async () => {
    expect(await isLetIn('update_settings', validChanges, STRANGER)).toBe(false);
    await world.updateSettings({ admins: [STRANGER] });
    expect(await isLetIn('update_settings', validChanges, STRANGER)).toBe(true);
    await world.updateSettings({ admins: [] });
    expect(await isLetIn('update_settings', validChanges, STRANGER)).toBe(false);
  });

  it('for fulfillers and shoppers are let in for those alone', async () => {
    const fulfiller = { canister: STRANGER, payment_links: ['plink_1'], method: [] };
    const letIn = async (caller: Principal) => {
      const names: string[] = [];
      for (const method of ['claim_payment', 'issue_reference', 'my_payments']) if (await isLetIn(method, NO_ARGUMENT, caller)) names.push(method);
      return names;
    };
    await world.updateSettings({ fulfillers: [fulfiller] });
    expect([await letIn(STRANGER), await letIn(CONTROLLER)]).toEqual([['claim_payment'], []]);
    await world.updateSettings({ fulfillers: [], shoppers_sign_in: true });
    expect([await letIn(STRANGER), await letIn(Principal.anonymous())]).toEqual([['issue_reference'], []]);
    expect([await isLetIn('issue_reference', text('x'.repeat(200)), STRANGER), await isLetIn('issue_reference', text('x'.repeat(256)), STRANGER)]).toEqual([true, false]);
    await world.updateSettings({ shoppers_sign_in: false });
  });

  it('for administrators are refused to a canister in words', async () => {
    for (const method of ['update_settings', 'check_payment', 'check_connection']) {
      const { code, message } = await fromCanister(method, argumentOf(method));
      expect([code, message]).toEqual([4, `Only administrators may do this: a controller can add ${proxy.toText()} to admins.`]);
    }
    // A canister's are not let in as an update either.
    expect((await fromCanister('<ic-cdk internal> timer_executor', new Uint8Array(8))).code).toBe(5);
  });
});

describe('a request', () => {
  beforeAll(start);
  afterAll(() => world.close());
  // The rations of the test before are full again.
  beforeEach(() => world.ic.advanceTime(60_000));

  it('that asks for something is let in, with all the headers of a browser', async () => {
    expect(await isLetIn('http_request_update', request({ url: `/checkout/${sessionId(0)}`, headers: browserHeaders('x.icp0.io') }))).toBe(true);
    expect(await isLetIn('http_request_update', request({ url: '/reference/isp1abcdefghijklmnopqrstuvwxyz' }))).toBe(true);
    const body = '{"id":"evt_1","object":"event","type":"x","livemode":false,"data":{"object":{}}}';
    expect(await isLetIn('http_request_update', event(body, webhooks.generateTestHeaderString({ payload: body, secret: SECRET, timestamp: now() })))).toBe(true);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['no Candid', Buffer.from('GET /checkout HTTP/1.1')],
    ['no argument', NO_ARGUMENT],
    ['a text', text('/checkout/cs_test_a1')],
    ['no more than its types', request({ url: '/checkout/x' }).slice(0, 40)],
    ['a URL that ends too soon', request({ url: `/checkout/${sessionId(0)}` }).slice(0, 60)],
  ])('of %s is not let in, and a canister is told why', async (_, argument) => {
    expect(await isLetIn('http_request_update', new Uint8Array(argument))).toBe(false);
    expect(await fromCanister('http_request_update', new Uint8Array(argument))).toMatchObject({ code: 4, message: expect.stringMatching(/^This method does not take such an argument: /) as string });
  });

  it('of any bytes is let in or not, answered or refused in words, and never traps', async () => {
    const honest = request({ url: `/checkout/${sessionId(1)}`, headers: browserHeaders('x.icp0.io'), body: 'body' });
    await fc.assert(
      fc.asyncProperty(hostile(honest), async (argument) => {
        messages.length = 0;
        await isLetIn('http_request_update', argument);
        const { code } = await fromCanister('http_request_update', argument);
        expect(code === 0 || code === 4).toBe(true);
        expect(messages.filter(({ trapped }) => trapped)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  it.each<[string, () => Uint8Array]>([
    ['the largest there is', () => LARGEST],
    ['one with a large body that needs none', () => request({ url: `/checkout/${sessionId(0)}`, body: new Uint8Array(65_536) })],
    ['one with a long URL', () => request({ url: `/checkout/${'a'.repeat(65_536)}` })],
    ['one with very many headers', () => request({ url: `/checkout/${sessionId(0)}`, headers: Array.from({ length: 8_000 }, () => ['accept', '*/*']) })],
    ['an event larger than any', () => event(new Uint8Array(LARGEST_BODY + 65_536))],
  ])('too large, %s, is not let in', async (_, argument) => {
    expect(await isLetIn('http_request_update', argument())).toBe(false);
  });

  it.each(['update_settings', 'check_payment', 'check_connection'])('for administrators, %s, of more than 32 KiB is not let in', async (method) => {
    expect(await isLetIn(method, new Uint8Array(32_769), CONTROLLER)).toBe(false);
  });
});

/** Requests that ask for nothing, each of which the canister answers with what is to be mended. */
const REFUSED: [string, () => Uint8Array, number, RegExp][] = [
  ['an id that is none', () => request({ url: '/checkout/nonsense' }), 400, /invalid_session_id/],
  ['a path that is none', () => request({ url: '/' }), 404, /not_found/],
  ['a method that is none', () => request({ url: `/checkout/${sessionId(0)}`, method: 'PUT' }), 405, /method_not_allowed/],
  ['an event that is not signed', () => request({ method: 'POST', url: '/webhook', body: '{}' }), 400, /no_signature/],
  ['an event that is signed by somebody else', () => event('{}'), 400, /wrong_signature/],
  ['an event that is signed too long ago', () => event('{}', `t=${now() - 1_000},v1=${'0'.repeat(64)}`), 400, /stale_signature/],
];

describe('the ration', () => {
  beforeEach(start);
  afterEach(() => world.close());

  it.each(REFUSED)('of %s: some are answered, then one every two seconds', async (_, argument, status, words) => {
    const { letIn, seconds } = await flood(30, argument);
    expect(letIn).toBeGreaterThanOrEqual(20);
    expect(letIn).toBeLessThanOrEqual(21 + seconds / 2);
    await world.ic.advanceTime(10_000);
    const answer = httpAnswer({ code: 0, refunded: 0n, message: '', data: await world.ic.update(world.canister, 'http_request_update', argument()) });
    expect(answer).toEqual({ status, text: expect.stringMatching(words) as string });
    expect((await flood(30, argument)).letIn).toBeGreaterThanOrEqual(4);
    expect(world.lookups).toBe(0);
  });

  it('of events is not there for canisters, whose calls nobody has looked at', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, async () => httpAnswer(await fromCanister('http_request_update', event('{}')))));
    for (const answer of answers) expect(answer).toEqual({ status: 403, text: expect.stringMatching(/called_by_canister/) as string });
  });

  it('of refusals holds for canisters, too', async () => {
    const argument = request({ url: '/checkout/nonsense' });
    const from = world.ic.now();
    const statuses: number[] = [];
    for (let turn = 0; turn < 30; turn += 1) statuses.push(httpAnswer(await fromCanister('http_request_update', argument)).status);
    const refused = statuses.filter((status) => status === 400).length;
    expect(refused).toBeLessThanOrEqual(21 + Number(world.ic.now() - from) / 2e9);
    expect(refused + statuses.filter((status) => status === 429).length).toBe(30);
  });

  it('of large events that are not Stripe’s is small', async () => {
    const { letIn, seconds } = await flood(12, () => event(new Uint8Array(20_001)));
    expect(letIn).toBeGreaterThanOrEqual(5);
    expect(letIn).toBeLessThanOrEqual(6 + seconds / 5);
  });

  it('that strangers use up holds back no shopper and no event of Stripe’s', async () => {
    await flood(25, () => request({ url: '/checkout/nonsense' }));
    const { id } = world.stripe.createSession();
    world.stripe.pay(id);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    const body = '{"id":"evt_1","object":"event","type":"x","livemode":false,"data":{"object":{}}}';
    expect(await isLetIn('http_request_update', event(body, webhooks.generateTestHeaderString({ payload: body, secret: SECRET, timestamp: now() })))).toBe(true);
  });

  it('holds for preflights that are sent as updates, which no gateway does', async () => {
    const { letIn, seconds } = await flood(40, () => request({ method: 'OPTIONS', url: '/checkout/x' }));
    expect(letIn).toBeLessThanOrEqual(21 + seconds / 2);
  });

  it('of lookups turns invented ids away once it is used up', async () => {
    let index = 0;
    const { letIn } = await flood(12, () => request({ url: `/checkout/${sessionId((index += 1))}` }));
    expect(letIn).toBeLessThan(12);
    expect(world.lookups).toBe(letIn);
  });
});

/** Instructions, counted, of looking at a message and of executing it. */
async function counted(method: string, argument: Uint8Array, caller = Principal.anonymous()): Promise<{ isIn: boolean; inspection: number; execution: number }> {
  messages.length = 0;
  const isIn = await isLetIn(method, argument, caller);
  await world.ic.settled();
  const of = (...modes: string[]) => messages.filter(({ mode }) => modes.includes(mode)).reduce((sum, { instructions }) => sum + Number(instructions), 0);
  expect(messages.every((message) => message.counted)).toBe(true);
  return { isIn, inspection: of('F'), execution: of('U', 'Ry', 'Rt') };
}

/** The same of a call by a canister. */
async function countedFromCanister(method: string, argument: Uint8Array): Promise<number> {
  messages.length = 0;
  await fromCanister(method, argument);
  await world.ic.settled();
  return messages.filter(({ canister }) => canister.compareTo(world.canister) === 'eq').reduce((sum, { instructions }) => sum + Number(instructions), 0);
}

/** A record with a field that is not looked at: as many options without a value as there are bytes. */
function manyValues(count: number): Uint8Array {
  const leb = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))]);
  const head = [...Buffer.from('DIDL'), 3, 0x6e, 0x7f, 0x6d, 0, 0x6c, 1, 0, 1, 1, 2, ...leb(count)];
  const bytes = new Uint8Array(head.length + count);
  bytes.set(head);
  return bytes;
}

// Instructions are counted by ic-wasm, which comes for this platform only.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('instructions', () => {
  beforeAll(async () => {
    await start();
    await world.ic.upgrade(world.canister, instrument(world.wasm), NO_ARGUMENT);
    await world.ic.advanceTime(0);
    await world.ic.settled();
  });
  afterAll(() => world.close());
  beforeEach(() => world.ic.advanceTime(120_000));

  it.each<[string, Uint8Array, Principal]>([
    ['http_request_update', LARGEST, Principal.anonymous()],
    ['unknown', LARGEST, Principal.anonymous()],
    ['update_settings', LARGEST, Principal.anonymous()],
    ['update_settings', LARGEST, CONTROLLER],
    ['get_settings', LARGEST, CONTROLLER],
    ['_azle_chunk', LARGEST, CONTROLLER],
    ['update_settings', validChanges, STRANGER],
    ['check_connection', NO_ARGUMENT, STRANGER],
  ])('of refusing %s are those of taking the bytes over, and no more', async (method, argument, caller) => {
    const { isIn, inspection, execution } = await counted(method, argument, caller);
    expect([isIn, execution]).toEqual([false, 0]);
    // 2 MiB take 4 M; reading them as Candid takes 4 G.
    expect(inspection).toBeLessThan(argument === LARGEST ? 8_000_000 : 1_000_000);
  });

  it('of looking at what is let in are within the IC’s limit, for the longest that is checked outside', async () => {
    const body = 'x'.repeat(20_000);
    const signature = webhooks.generateTestHeaderString({ payload: body, secret: SECRET, timestamp: now() });
    const argument = request({ method: 'POST', url: '/webhook', headers: [...browserHeaders('x.icp0.io'), ...browserHeaders('x.icp0.io'), ['stripe-signature', signature]], body });
    const { isIn, inspection } = await counted('http_request_update', argument);
    expect(isIn).toBe(true);
    expect(inspection).toBeLessThan(INSPECTION_LIMIT);
  });

  it('of an event too large to be checked outside are few, outside', async () => {
    const { isIn, inspection } = await counted('http_request_update', event(new Uint8Array(LARGEST_BODY)));
    expect(isIn).toBe(true);
    expect(inspection).toBeLessThan(5_000_000);
  });

  it('of refusing an administrator’s call to a canister are few, whatever it brings', async () => {
    for (const argument of [NO_ARGUMENT, new Uint8Array(1_900_000)]) expect(await countedFromCanister('update_settings', argument)).toBeLessThan(2_000_000);
  });

  it('of what is let in are within the IC’s limit, for a request as hostile as it may be long', async () => {
    const { isIn, inspection } = await counted('http_request_update', manyValues(65_000));
    expect([isIn, inspection < INSPECTION_LIMIT]).not.toEqual([true, false]);
  });

  it.each<[string, () => Uint8Array]>([
    ['too large a request', () => manyValues(1_000_000)],
    ['a long URL', () => request({ url: `/checkout/${'a'.repeat(1_900_000)}` })],
    ['a request of many values, not too long', () => manyValues(65_000)],
  ])('of %s by a canister are as few as if it had been inspected', async (_, argument) => {
    expect(await countedFromCanister('http_request_update', argument())).toBeLessThan(20_000_000);
  }, 120_000);

  it('of events that are not Stripe’s, by a canister, are rationed', async () => {
    const forged = () => event(new Uint8Array(18_000));
    for (let turn = 0; turn < 20; turn += 1) await fromCanister('http_request_update', forged());
    expect(await countedFromCanister('http_request_update', forged())).toBeLessThan(20_000_000);
  });

  /** Cycles that strangers burn in a day, by sending the same again and again, once the canister is no longer at rest. */
  async function cyclesADay(argument: () => Uint8Array, everyMs: number): Promise<number> {
    for (let turn = 0; turn < 60 && (await isLetIn('http_request_update', argument())); turn += 1);
    const spent = () => Object.values(world.ic.expenses(world.canister)).reduce((sum, cycles) => sum + cycles, 0n);
    const before = spent();
    const from = world.ic.now();
    for (let turn = 0; turn < 600_000 / everyMs; turn += 1) {
      await world.ic.advanceTime(everyMs);
      await isLetIn('http_request_update', argument());
    }
    return (Number(spent() - before) / (Number(world.ic.now() - from) / 1e9)) * 86_400;
  }

  it.each<[string, () => Uint8Array, number]>([
    ['nonsense', () => request({ url: '/checkout/nonsense' }), 2_000],
    ['nonsense as long as may be', () => request({ url: `/checkout/${'a'.repeat(65_000)}` }), 2_000],
    ['forged events as large as may be', () => event(new Uint8Array(LARGEST_BODY)), 5_000],
    ['forged events just too large to be checked outside', () => event(new Uint8Array(20_001)), 5_000],
  ])('of %s, a day long, are less than two trillion cycles', async (_, argument, everyMs) => {
    expect(await cyclesADay(argument, everyMs)).toBeLessThan(2e12);
  }, 120_000);
});
