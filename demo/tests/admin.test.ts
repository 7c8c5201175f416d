/** What administrators see and change, by the canister's real Wasm; and that nobody else does. */
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CheckResult, Connection, ListArgument, ListPage, PaymentView, SettingsView, Stats,
  type CheckResultValue, type ListPageValue, type PaymentViewValue, type SettingsViewValue, type StatsValue,
} from '../../canister/admin/interface.js';
import { SettingsChanges } from '../../canister/settings.js';
import { BOMBS as ALL_BOMBS, hostile } from '../local/ic/candid-testing.js';
import { RejectError, type LocalIcOptions } from '../local/ic/index.js';
import { callThrough, proxyCanister } from '../local/ic/testing/proxy-canister.js';
import { listen } from '../local/listen.js';
import type { Step } from '../local/stripe/index.js';
import { CanisterWorld, CONTROLLER, NO_ARGUMENT, initArgument, type Settings } from './canister-world.js';

const ADMIN = Principal.selfAuthenticating(Uint8Array.of(1));
const STRANGER = Principal.selfAuthenticating(Uint8Array.of(2));
const DAY_MS = 86_400_000;

let world: CanisterWorld;

/** A world for each test of a group. */
function forEachTest(settings?: Settings): void {
  beforeEach(async () => {
    world = await CanisterWorld.start(settings);
  });
  afterEach(() => world.close());
}

/** One world for all tests of a group. */
function forAllTests(settings?: Settings, options?: LocalIcOptions): void {
  beforeAll(async () => {
    world = await CanisterWorld.start(settings, options);
  });
  afterAll(() => world.close());
}

const getSettings = (caller = CONTROLLER) => world.admin<SettingsViewValue>('query', 'get_settings', SettingsView, [], caller);
const getPayment = async (id: string) => (await world.admin<[] | [PaymentViewValue]>('query', 'get_payment', IDL.Opt(PaymentView), [IDL.Text, id]))[0];
const checkPayment = (id: string) => world.admin<CheckResultValue>('update', 'check_payment', CheckResult, [IDL.Text, id]);
const stats = () => world.admin<StatsValue>('query', 'canister_stats', Stats);
const connection = () => world.admin<{ works: boolean; message: string }>('update', 'check_connection', Connection);
const list = (filter: { before?: number; limit?: number; status?: string; reference?: string } = {}) => {
  const opt = <T>(value: T | undefined) => (value === undefined ? [] : [value]);
  const argument = { before: opt(filter.before), limit: opt(filter.limit), status: opt(filter.status), reference: opt(filter.reference) };
  return world.admin<ListPageValue>('query', 'list_payments', ListPage, [ListArgument, argument]);
};

function paidSession(options: Parameters<CanisterWorld['stripe']['createSession']>[0] = {}): string {
  const { id } = world.stripe.createSession(options);
  world.stripe.pay(id);
  return id;
}

/** What a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<RejectError> {
  const error = await call.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof RejectError)) throw new Error(`the call was not refused: ${String(error)}`);
  return error;
}

const FULFILLER = { canister: Principal.fromText('aaaaa-aa'), payment_links: ['plink_1'], method: ['payment_changed'] };

/** Each setting: another value, how it is shown, one that is wrong, and what is said of that. */
const CHANGES: Record<string, { value: unknown; shown: unknown; wrong: unknown; remedy: RegExp }> = {
  api_host: { value: 'api.stripe.example', shown: 'api.stripe.example', wrong: 'https://api.stripe.com', remedy: /^api_host must be a host name/ },
  api_key: { value: 'rk_test_51AnotherKeyWithATailwxyz', shown: '…wxyz', wrong: 'rk_test_a secret of mine', remedy: /^api_key must be the key alone/ },
  idempotent_proxy: { value: 'proxy.example', shown: ['proxy.example'], wrong: 'proxy.example/path', remedy: /^idempotent_proxy must be a host name/ },
  webhook_secrets: { value: ['whsec_first123456abcd', 'whsec_second12345wxyz'], shown: ['…abcd', '…wxyz'], wrong: ['whsec_first123456abcd', 'no secret'], remedy: /^webhook_secrets must be at most 4 signing secrets/ },
  livemode: { value: false, shown: false, wrong: true, remedy: /^livemode must be false with a test key/ },
  payment_links: { value: ['plink_1', 'plink_2'], shown: ['plink_1', 'plink_2'], wrong: ['https://buy.stripe.com/test_1'], remedy: /^payment_links must be .*ids \(plink_…\).*not URLs/ },
  accept_modes: { value: ['payment', 'subscription'], shown: ['payment', 'subscription'], wrong: ['setup'], remedy: /^accept_modes must be some of: payment, subscription/ },
  accept_no_payment_required: { value: true, shown: true, wrong: undefined, remedy: /./ },
  admins: { value: [ADMIN], shown: [ADMIN], wrong: [ADMIN, Principal.anonymous()], remedy: /^admins must be .*not the anonymous one/ },
  replicated: { value: false, shown: false, wrong: undefined, remedy: /./ },
  fulfillers: { value: [FULFILLER], shown: [FULFILLER], wrong: [FULFILLER, FULFILLER], remedy: /^fulfillers must be at most 10, each once/ },
  shoppers_sign_in: { value: true, shown: true, wrong: undefined, remedy: /./ },
  domains: { value: ['pay.example.com'], shown: ['pay.example.com'], wrong: ['https://pay.example.com'], remedy: /^domains must be at most 7 host names/ },
  pricing_version: { value: 1, shown: 1, wrong: 3, remedy: /^pricing_version must be 1 or 2/ },
};
const FIELDS = Object.keys(CHANGES);
const FOR_CONTROLLERS = ['api_host', 'idempotent_proxy', 'admins', 'replicated', 'fulfillers', 'domains'];

describe('the settings', () => {
  forAllTests({ admins: [[ADMIN]] });
  beforeEach(async () => {
    await world.updateSettings({
      api_host: 'api.stripe.com', api_key: world.stripe.keys.good, idempotent_proxy: '', webhook_secrets: [], livemode: false, payment_links: [],
      accept_modes: ['payment'], accept_no_payment_required: false, admins: [ADMIN], replicated: true, pricing_version: 2, fulfillers: [], shoppers_sign_in: false, domains: [],
    });
  });

  it('are all shown, secrets by their last four characters', async () => {
    expect(await getSettings()).toEqual({
      api_host: 'api.stripe.com', api_key: `…${world.stripe.keys.good.slice(-4)}`, idempotent_proxy: [], webhook_secrets: [], livemode: false, payment_links: [],
      accept_modes: ['payment'], accept_no_payment_required: false, admins: [ADMIN], replicated: true, pricing_version: 2, fulfillers: [], shoppers_sign_in: false, domains: [], revision: expect.any(Number) as number,
    });
  });

  it('are the ones that these tests go through', () => {
    expect(SettingsChanges._fields.map(([name]) => name).sort()).toEqual([...FIELDS, 'revision'].sort());
  });

  it.each(FIELDS)('%s changes, and nothing else does', async (field) => {
    const before = await getSettings();
    const shown = await world.updateSettings({ [field]: CHANGES[field].value });
    expect(shown).toEqual({ ...before, [field]: CHANGES[field].shown, revision: before.revision + 1 });
    expect(await getSettings()).toEqual(shown);
  });

  it.each(FIELDS.filter((field) => CHANGES[field].wrong !== undefined))('%s that is wrong is refused in words, and nothing is changed', async (field) => {
    const before = await getSettings();
    const others = Object.fromEntries(FIELDS.filter((other) => other !== field && other !== 'api_key').map((other) => [other, CHANGES[other].value]));
    for (const changes of [{ [field]: CHANGES[field].wrong }, { ...others, [field]: CHANGES[field].wrong }]) {
      const { code, message } = await refusal(world.updateSettings(changes));
      expect([code, message]).toEqual([4, expect.stringMatching(CHANGES[field].remedy)]);
      expect(message).not.toContain('secret of mine');
      expect(await getSettings()).toEqual(before);
    }
  });

  it('refuse a test key in live mode and a live key in test mode, whichever of the two changes', async () => {
    expect((await refusal(world.updateSettings({ livemode: true }))).message).toMatch(/^livemode must be false with a test key/);
    expect((await refusal(world.updateSettings({ api_key: world.stripe.keys.live }))).message).toMatch(/^livemode must be true with a live key/);
    await world.updateSettings({ api_key: world.stripe.keys.live, livemode: true });
    expect((await refusal(world.updateSettings({ api_key: world.stripe.keys.good }))).message).toMatch(/^livemode must be false with a test key/);
    expect(await getSettings()).toMatchObject({ livemode: true, api_key: `…${world.stripe.keys.live.slice(-4)}` });
  });

  it.each(FIELDS)('%s: an administrator may change it, unless it is for controllers', async (field) => {
    const before = await getSettings(ADMIN);
    const changing = world.updateSettings({ [field]: CHANGES[field].value }, ADMIN);
    if (!FOR_CONTROLLERS.includes(field)) {
      expect(await changing).toMatchObject({ [field]: CHANGES[field].shown });
      return;
    }
    expect(await refusal(changing)).toMatchObject({ code: 4, message: `Only a controller may change ${field}.` });
    // Nor along with something that they may change.
    expect((await refusal(world.updateSettings({ pricing_version: 1, [field]: CHANGES[field].value }, ADMIN))).message).toContain('Only a controller');
    expect(await getSettings()).toEqual(before);
  });

  it('make and unmake administrators at once', async () => {
    expect((await refusal(getSettings(STRANGER))).message).toContain('Only administrators');
    await world.updateSettings({ admins: [STRANGER] });
    expect(await getSettings(STRANGER)).toMatchObject({ admins: [STRANGER] });
    expect((await refusal(getSettings(ADMIN))).message).toContain('Only administrators');
    await refusal(world.updateSettings({ pricing_version: 1 }, ADMIN));
    expect(await getSettings()).toMatchObject({ pricing_version: 2 });
  });

  it('that two people change at the same time are both changed', async () => {
    await Promise.all([world.updateSettings({ payment_links: ['plink_1'] }), world.updateSettings({ pricing_version: 1 }, ADMIN), world.updateSettings({ accept_no_payment_required: true })]);
    expect(await getSettings()).toMatchObject({ payment_links: ['plink_1'], pricing_version: 1, accept_no_payment_required: true, admins: [ADMIN] });
  });

  it('keep a webhook secret that is named as it is shown, and take the other in its whole', async () => {
    await world.updateSettings({ webhook_secrets: ['whsec_first123456abcd'] });
    await world.updateSettings({ webhook_secrets: ['…abcd', 'whsec_second12345wxyz'] }, ADMIN);
    const stable = Buffer.from(world.ic.stableMemory(world.canister)).toString('latin1');
    // Not by `toContain`, which would print all of it.
    expect(stable.includes('"webhook_secrets":["whsec_first123456abcd","whsec_second12345wxyz"]')).toBe(true);
  });

  it('survive upgrades with an empty argument, with and without a stop', async () => {
    const all = { ...Object.fromEntries(FIELDS.map((field) => [field, CHANGES[field].value])), api_key: world.stripe.keys.good };
    const shown = await world.updateSettings({ ...all, api_host: 'api.stripe.com', idempotent_proxy: '' });
    for (const stop of [true, false]) {
      await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT, { stop });
      expect(await getSettings()).toEqual(shown);
      expect(await getSettings(ADMIN)).toEqual(shown);
    }
    expect(await world.checkout(paidSession({ payment_link: 'plink_1' }))).toMatchObject({ status: 'paid' });
  });
});

/** A server before the stand-in: `blunt.example` hides Stripe's status, and any answer can be held back. */
interface Front {
  /** Holds the next answer back, until what it returns is called. */
  hold(): () => void;
  /** Resolves when there is an answer held back. */
  readonly held: Promise<void>;
  close(): Promise<void>;
}

/** A world in which Stripe is asked by way of a {@link Front}. No other host is reached, and none outside this machine. */
async function startBehindFront(): Promise<{ front: Front }> {
  let released = Promise.resolve();
  let arrive: () => void = () => undefined;
  let held = Promise.resolve();
  const server = await listen((request, response) => {
    const target = new URL(request.url!, world.stripe.url);
    const passed = httpRequest(target, { method: request.method, headers: request.headers, agent: false }, (answer) => {
      response.writeHead(request.headers.host === 'blunt.example' ? 200 : answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    const turn = released;
    released = Promise.resolve();
    arrive();
    void turn.then(() => request.pipe(passed));
  }, 0);
  const url = `http://localhost:${server.port}`;
  const outcallHosts = { 'api.stripe.com': url, 'proxy.example': url, 'blunt.example': url, 'nowhere.example': 'http://127.0.0.1:1' };
  world = await CanisterWorld.start({}, { outcallHosts });
  const hold = () => {
    let release: () => void = () => undefined;
    held = new Promise((resolve) => (arrive = resolve));
    released = new Promise((resolve) => (release = resolve));
    return () => release();
  };
  return {
    front: {
      hold,
      get held() {
        return held;
      },
      close: () => server.close(),
    },
  };
}

describe('a change of settings', () => {
  let front: Front;
  beforeEach(async () => {
    ({ front } = await startBehindFront());
  });
  afterEach(() => Promise.all([world.close(), front.close()]));

  it('of the key counts for the next lookup, while the one under way ends well by the old one', async () => {
    const { good, expired } = world.stripe.keys;
    const [first, second] = [paidSession(), paidSession()];
    const release = front.hold();
    const underWay = world.checkout(first);
    await front.held;
    await world.updateSettings({ api_key: expired });
    expect(await world.checkout(second)).toMatchObject({ status: 'unavailable', reason: 'misconfigured' });
    release();
    expect(await underWay).toMatchObject({ status: 'paid' });
    await world.updateSettings({ api_key: good });
    // Mended, and nobody has to wait for that.
    expect(await world.checkout(second)).toMatchObject({ status: 'paid' });
    expect(world.stripe.requests.map(({ authorization }) => authorization)).toEqual([expired, good, good].map((key) => key.slice(-4)));
  });

  it('of the host or the proxy counts for the next lookup', async () => {
    await world.updateSettings({ idempotent_proxy: 'proxy.example' });
    await world.checkout(paidSession());
    await world.updateSettings({ idempotent_proxy: '' });
    await world.checkout(paidSession());
    expect(world.stripe.requests.map(({ forwardedHost }) => forwardedHost)).toEqual(['api.stripe.com', undefined]);
  });

  it('of the links holds at once for what was paid before, on both hosts, and back', async () => {
    const id = paidSession({ payment_link: 'plink_1' });
    const paid = await world.checkout(id);
    expect(paid).toMatchObject({ status: 'paid' });
    for (const [payment_links, answer] of [[['plink_2'], { status: 'not_found' }], [['plink_2', 'plink_1'], paid], [['plink_2'], { status: 'not_found' }], [[], paid]] as const) {
      await world.updateSettings({ payment_links });
      for (const raw of [true, false]) expect(await world.checkout(id, { raw })).toEqual(answer);
    }
    expect(world.lookups).toBe(1);
  });

  it('of the links holds for who asks again and again on the verified host', async () => {
    const id = paidSession({ payment_link: 'plink_1' });
    await world.checkout(id);
    await world.updateSettings({ payment_links: ['plink_2'] });
    for (let turn = 0; turn < 3; turn += 1) expect(await world.checkout(id)).toEqual({ status: 'not_found' });
  });

  /** A payment that was looked up while the links were changed, so that it is none any more. */
  async function lookedUpMeanwhile(): Promise<string> {
    const id = paidSession({ payment_link: 'plink_1' });
    const release = front.hold();
    const underWay = world.http(`/checkout/${id}`);
    await front.held;
    await world.updateSettings({ payment_links: ['plink_2'] });
    release();
    await underWay;
    return id;
  }

  it('of the links holds for a lookup that was under way, once it has ended, on the raw host', async () => {
    expect(await world.checkout(await lookedUpMeanwhile(), { raw: true })).toEqual({ status: 'not_found' });
  });

  it('of the links holds for a lookup that was under way, once it has ended, on the verified host', async () => {
    expect(await world.checkout(await lookedUpMeanwhile())).toEqual({ status: 'not_found' });
  });

  it('of the modes, and of what need not be paid, holds at once', async () => {
    const subscription = paidSession({ mode: 'subscription' });
    const { id: free } = world.stripe.createSession();
    world.stripe.script(free, [{ kind: 'fields', fields: { status: 'complete', payment_status: 'no_payment_required' }, times: 2 }]);
    for (const id of [subscription, free]) expect(await world.checkout(id)).toEqual({ status: 'not_found' });
    await world.updateSettings({ accept_modes: ['payment', 'subscription'], accept_no_payment_required: true });
    for (const id of [subscription, free]) expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    await world.updateSettings({ accept_modes: ['payment'], accept_no_payment_required: false });
    for (const id of [subscription, free]) expect(await world.checkout(id)).toEqual({ status: 'not_found' });
  });

  it('to live mode holds at once', async () => {
    const test = paidSession();
    const live = paidSession({ livemode: true });
    expect(await world.checkout(test)).toMatchObject({ status: 'paid' });
    expect(await world.checkout(live)).toEqual({ status: 'not_found' });
    await world.updateSettings({ api_key: world.stripe.keys.live, livemode: true });
    for (const raw of [true, false]) expect(await world.checkout(test, { raw })).toEqual({ status: 'not_found' });
    expect(await world.checkout(live)).toMatchObject({ status: 'paid', payment: { livemode: true } });
  });

  it('of the webhook secrets leaves no gap while one is rolled', async () => {
    const endpoint = await world.addWebhook();
    const next = world.stripe.rollWebhookSecret(endpoint.id);
    for (const webhook_secrets of [[`…${endpoint.secret.slice(-4)}`], [`…${endpoint.secret.slice(-4)}`, next], [next]]) {
      await world.updateSettings({ webhook_secrets });
      paidSession();
      await world.stripe.deliveriesSettled();
    }
    expect(world.stripe.deliveries.length).toBeGreaterThanOrEqual(3);
    expect(new Set(world.stripe.deliveries.map(({ status }) => status))).toEqual(new Set(['delivered']));
  });
});

describe('check_connection', () => {
  let front: Front;
  beforeAll(async () => {
    ({ front } = await startBehindFront());
  });
  afterAll(() => Promise.all([world.close(), front.close()]));
  beforeEach(async () => {
    world.ic.setCycleBalance(world.canister, 10n ** 13n);
    world.stripe.script('list', []);
    await world.updateSettings({ api_host: 'api.stripe.com', api_key: world.stripe.keys.good, idempotent_proxy: '', livemode: false });
  });

  it('says that all is well, in which mode, with sessions and without', async () => {
    expect(await connection()).toEqual({ works: true, message: 'Stripe answers, in test mode.' });
    paidSession();
    expect(await connection()).toEqual({ works: true, message: 'Stripe answers, in test mode.' });
    paidSession({ livemode: true });
    await world.updateSettings({ api_key: world.stripe.keys.live, livemode: true });
    expect(await connection()).toEqual({ works: true, message: 'Stripe answers, in live mode.' });
  });

  /** What is wrong: the settings, what Stripe is to do, and what is said. */
  const WRONG: [string, (keys: CanisterWorld['stripe']['keys']) => Record<string, unknown>, Step[], RegExp][] = [
    ['an unknown key', () => ({ api_key: 'rk_test_51UnknownKeyWithATail1234' }), [], /^Stripe does not know the key.*rak_checkout_session_read/],
    ['an expired key', ({ expired }) => ({ api_key: expired }), [], /it has expired: create a restricted key/],
    ['a key without the permission', ({ noPermission }) => ({ api_key: noPermission }), [], /^The key lacks the permission rak_checkout_session_read/],
    ['too many requests', () => ({}), [{ kind: 'rate_limit' }], /^Stripe is asked too often/],
    ['a key of the other mode', () => ({}), [{ kind: 'fields', fields: { livemode: true } }], /^The key is of live mode, and the canister expects test payments/],
    ['a page in place of an answer', () => ({}), [{ kind: 'html', status: 502 }], /not as it should: check api_host|not Stripe’s answer: check idempotent_proxy/],
    ['Stripe’s fault', () => ({}), [{ kind: 'api_error' }], /try again in a minute|is not Stripe’s answer/],
  ];

  it.each(WRONG)('says that there is %s', async (_, settings, script, words) => {
    paidSession();
    await world.updateSettings(settings(world.stripe.keys));
    for (const idempotent_proxy of ['', 'proxy.example', 'blunt.example']) {
      await world.updateSettings({ idempotent_proxy });
      world.stripe.script('list', script);
      const { works, message } = await connection();
      expect([idempotent_proxy, works, message]).toEqual([idempotent_proxy, false, expect.stringMatching(words)]);
    }
  });

  it('says which host or proxy does not answer', async () => {
    await world.updateSettings({ api_host: 'nowhere.example' });
    expect(await connection()).toEqual({ works: false, message: 'Stripe does not answer: check api_host, and try again in a minute.' });
    await world.updateSettings({ api_host: 'api.stripe.com', idempotent_proxy: 'nowhere.example' });
    expect(await connection()).toEqual({ works: false, message: 'The proxy nowhere.example does not answer: check idempotent_proxy, or set it to "" to ask Stripe directly.' });
  });

  it('says that there is no key, or that cycles are wanting, and asks nothing', async () => {
    const before = world.lookups;
    world.ic.setCycleBalance(world.canister, 99_000_000_000n);
    expect(await connection()).toMatchObject({ works: false, message: expect.stringMatching(/too few cycles.*top it up/) as string });
    world.ic.setCycleBalance(world.canister, 10n ** 12n);
    await world.updateSettings({ api_key: '' });
    expect(await connection()).toMatchObject({ works: false, message: expect.stringMatching(/^There is no API key/) as string });
    expect(world.lookups).toBe(before);
  });
});

describe('payments', () => {
  forEachTest();

  /** Payments that the canister knows, the oldest first. */
  async function known(...options: Parameters<typeof paidSession>[0][]): Promise<string[]> {
    const ids: string[] = [];
    for (const option of options) {
      const id = paidSession(option);
      await world.checkout(id);
      await world.ic.advanceTime(2_000);
      ids.push(id);
    }
    return ids;
  }

  it('are listed newest first, page by page, by status and by reference', async () => {
    const ids = await known({ client_reference_id: 'order-1' }, { client_reference_id: 'order-12' }, { client_reference_id: 'gift-1' });
    const { id: open } = world.stripe.createSession({ client_reference_id: 'order-3' });
    await world.checkout(open);
    const newestFirst = [open, ...ids.reverse()];
    const idsOf = ({ payments }: ListPageValue) => payments.map(({ id }) => id);
    expect(idsOf(await list())).toEqual(newestFirst);
    const first = await list({ limit: 3 });
    expect([idsOf(first), first.next]).toEqual([newestFirst.slice(0, 3), [1]]);
    const second = await list({ limit: 3, before: first.next[0] });
    expect([idsOf(second), second.next]).toEqual([newestFirst.slice(3), []]);
    expect(idsOf(await list({ status: 'open' }))).toEqual([open]);
    expect(idsOf(await list({ reference: 'order-1' }))).toEqual([ids[1], ids[2]]);
    expect(idsOf(await list({ status: 'paid', reference: 'gift' }))).toEqual([ids[0]]);
    expect(idsOf(await list({ limit: 0 }))).toEqual([open]);
  });

  it('by a status that there is not are refused in words', async () => {
    expect(await refusal(list({ status: 'settled' }))).toMatchObject({ code: 4, message: expect.stringMatching(/^status must be one of: /) as string });
  });

  it('are shown with all that Stripe has said, but nothing of the payer', async () => {
    const [id] = await known({ client_reference_id: 'order-1', payment_link: 'plink_1', size: 'full', presentment_details: { presentment_amount: 2150, presentment_currency: 'usd' } });
    const session = world.stripe.session(id)!;
    expect(await getPayment(id)).toEqual({
      id, sequence: 0, status: 'paid', reason: [], client_reference_id: ['order-1'], payment_link: ['plink_1'], mode: 'payment', payment_status: 'paid',
      amount_total: [BigInt(session.amount_total!)], currency: [session.currency], amount_refunded: 0n, presentment: [{ amount: 2150n, currency: 'usd' }],
      created: BigInt(session.created), livemode: false, payment_intent: [session.payment_intent], expires_at: [BigInt(session.expires_at)],
      accepted: true, disputed: false, duplicate: false,
    });
    expect(await getPayment('cs_test_a1unknown')).toBeUndefined();
    expect(await getPayment('')).toBeUndefined();
  });

  it('are marked where two are paid with one reference, and where one is disputed or refunded', async () => {
    const ids = await known({ client_reference_id: 'order-1' }, { client_reference_id: 'order-1' }, { client_reference_id: 'order-2' });
    await world.addWebhook();
    world.stripe.dispute(ids[1]);
    world.stripe.refund(ids[2], 300);
    await world.stripe.deliveriesSettled();
    const marks = await Promise.all(ids.map(getPayment));
    expect(marks).toMatchObject([
      { duplicate: true, disputed: false, amount_refunded: 0n },
      { duplicate: true, disputed: true, amount_refunded: 0n },
      { duplicate: false, disputed: false, amount_refunded: 300n, status: 'paid' },
    ]);
    expect(await stats()).toMatchObject({ disputed: 1n, duplicates: 1n, payments: [['paid', 3n]] });
  });

  it('are checked with Stripe whatever is known', async () => {
    const { id } = world.stripe.createSession();
    expect(await world.checkout(id)).toMatchObject({ status: 'open' });
    world.stripe.pay(id);
    expect(await checkPayment(id)).toMatchObject({ status: 'paid', reason: [], payment: [{ id, status: 'paid' }] });
    expect(await checkPayment(id)).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(3);
    expect(await world.checkout(id, { raw: true })).toMatchObject({ status: 'paid' });
    // One that nobody has asked about yet.
    const unheard = paidSession();
    expect(await checkPayment(unheard)).toMatchObject({ status: 'paid', payment: [{ id: unheard }] });
    expect((await list()).payments.map((payment) => payment.id)).toEqual([unheard, id]);
  });

  it('are checked without regard to a setback or to the ration for shoppers', async () => {
    const id = paidSession();
    world.stripe.script(id, [{ kind: 'api_error', times: 2 }]);
    expect(await world.checkout(id)).toMatchObject({ reason: 'stripe_error' });
    expect(await checkPayment(id)).toEqual({ status: 'unavailable', reason: ['stripe_error'], payment: [] });
    for (let turn = 0; turn < 10; turn += 1) expect(await checkPayment(id)).toMatchObject({ status: 'paid' });
    world.stripe.script(id, [{ kind: 'rate_limit' }]);
    // What is known stays known.
    expect(await checkPayment(id)).toMatchObject({ status: 'unavailable', reason: ['rate_limited'], payment: [{ status: 'paid' }] });
    expect(await getPayment(id)).toMatchObject({ status: 'paid' });
  });

  it('that Stripe does not know are not found, and what is no id is refused in words', async () => {
    expect(await checkPayment('cs_test_a1unknown')).toEqual({ status: 'not_found', reason: [], payment: [] });
    const asked = world.lookups;
    for (const id of ['', 'cs_test_', 'pi_123', 'cs_test_a/..', `cs_test_${'a'.repeat(241)}`, 'cs_test_a?x=1']) {
      expect(await refusal(checkPayment(id))).toMatchObject({ code: 4, message: 'A Checkout Session id is cs_test_ or cs_live_ with letters and digits after it.' });
    }
    expect(world.lookups).toBe(asked);
  });

  it('cannot be checked without a key', async () => {
    await world.updateSettings({ api_key: '' });
    expect(await refusal(checkPayment(paidSession()))).toMatchObject({ code: 4, message: expect.stringMatching(/no API key.*set api_key/) as string });
    expect(world.lookups).toBe(0);
  });
});

describe('canister_stats', () => {
  forEachTest();

  it('counts payments by where they stand, and lookups by what became of them', async () => {
    expect(await stats()).toMatchObject({ payments: [], disputed: 0n, duplicates: 0n, lookups: [], events: [], last_event: [], waiting: 0n });
    const { id: open } = world.stripe.createSession();
    await world.checkout(open);
    await world.checkout(paidSession());
    await world.checkout('cs_test_a1unknown');
    const troubled = paidSession();
    world.stripe.script(troubled, [{ kind: 'api_error' }]);
    await world.checkout(troubled);
    const counted = await stats();
    expect(new Map(counted.payments)).toEqual(new Map([['open', 1n], ['paid', 1n]]));
    expect(new Map(counted.lookups)).toEqual(new Map([['open', 1n], ['paid', 1n], ['not_found', 1n], ['stripe_error', 1n]]));
    world.stripe.pay(open);
    await checkPayment(open);
    expect(new Map((await stats()).payments)).toEqual(new Map([['open', 0n], ['paid', 2n]]));
    // And remembers it.
    const before = await stats();
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    const { payments, lookups } = await stats();
    expect([payments, lookups]).toEqual([before.payments, before.lookups]);
  });

  it('counts events, and says when the last one came', async () => {
    await world.addWebhook();
    paidSession();
    const before = BigInt(Math.floor(Number(world.ic.now() / 1_000_000_000n)));
    await world.stripe.deliveriesSettled();
    const { events, last_event } = await stats();
    expect(events).toContainEqual(['completed', 1n]);
    expect(last_event[0]! - before).toBeLessThanOrEqual(30n);
    expect(last_event[0]! - before).toBeGreaterThanOrEqual(-30n);
  });

  /** Days as they come. */
  async function days(count: number): Promise<void> {
    for (let day = 0; day < count; day += 1) {
      await world.ic.advanceTime(DAY_MS);
      await world.ic.settled();
    }
  }

  /** What it costs to be there, and a little for the daily list. */
  function expectPlausible({ cycles, cycles_per_day: [perDay], days_left }: StatsValue): void {
    const idle = world.ic.idleCyclesPerDay(world.canister);
    expect(Number(perDay)).toBeGreaterThan(Number(idle) / 2);
    expect(Number(perDay)).toBeLessThan(2 * Number(idle) + 500_000_000);
    expect(days_left).toEqual([(cycles - 100_000_000_000n) / perDay!]); // until the floor below which Stripe is not asked
  }

  it('tells the cycles that there are', async () => {
    const { cycles, cycles_per_day, days_left } = await stats();
    expect([cycles, cycles_per_day, days_left]).toEqual([world.ic.cycleBalance(world.canister), [], []]);
  });

  it('tells after some days how long they will last', async () => {
    await days(4);
    expectPlausible(await stats());
  }, 120_000);

  it('says nothing wrong of days after a top-up, and knows them again later', async () => {
    await days(3);
    world.ic.setCycleBalance(world.canister, 10n ** 14n);
    const toppedUp = await stats();
    if (toppedUp.cycles_per_day.length > 0) expectPlausible(toppedUp);
    await days(3);
    expectPlausible(await stats());
  }, 120_000);
});

describe('secrets', () => {
  forAllTests({ admins: [[ADMIN]] });

  it('are nowhere in what is replied, refused, served or printed', async () => {
    const { good, live, noPermission, expired } = world.stripe.keys;
    const webhook = await world.addWebhook(['whsec_OneThatIsBeingReplaced1234']);
    const say = async (call: Promise<unknown>) => {
      const said: unknown = await call.catch((error: unknown) => error);
      world.said.push(said instanceof Error ? said.message : JSON.stringify(said, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
    };
    const id = paidSession();
    for (const api_key of [noPermission, expired, good]) {
      await say(world.updateSettings({ api_key }, ADMIN));
      await say(connection());
      await say(checkPayment(id));
      await world.http(`/checkout/${id}`);
    }
    for (const wrong of [{ api_key: live }, { api_key: `${good} ` }, { webhook_secrets: [good] }, { webhook_secrets: Array.from({ length: 5 }, () => webhook.secret) }, { api_host: good }, { idempotent_proxy: `${good}/` }, { payment_links: [good] }, { accept_modes: [good] }]) {
      expect((await refusal(world.updateSettings(wrong))).message).toMatch(/^\w+ must be /);
      await say(world.updateSettings(wrong));
    }
    await say(world.ic.upgrade(world.canister, world.wasm, initArgument({ api_key: `${good}\n` })));
    await world.stripe.deliveriesSettled();
    for (const call of [getSettings(), getSettings(ADMIN), getSettings(STRANGER), list(), getPayment(id), stats()]) await say(call);
    await world.http('/webhook', { method: 'POST', body: '{}', headers: { 'stripe-signature': `t=1,v1=${'0'.repeat(64)}` } });
    const said = world.said.join('\n');
    expect(said).toContain(`…${good.slice(-4)}`); // there is something to find, and it is not looked for in vain
    for (const secret of [good, live, noPermission, expired, webhook.secret, 'whsec_OneThatIsBeingReplaced1234']) {
      const random = secret.replace(/^(rk_(test|live)_51S|whsec_)/, '');
      const parts = Array.from({ length: random.length - 11 }, (_, from) => random.slice(from, from + 12));
      expect(parts.filter((part) => said.includes(part))).toEqual([]);
    }
  });
});

/** Records of two records each, the last of which are empty: 2^30 of them in no bytes. In a second argument, after a text. */
const RECORDS = Array.from({ length: 30 }, (_, index) => [0x6c, 2, 0, index, 1, index]).flat();
const IN_SECOND_ARGUMENT = Uint8Array.from([...Buffer.from('DIDL'), 31, 0x6c, 0, ...RECORDS, 2, 0x71, 30, 1, 0x78]);

/** What the decoder would choke on, unless it is too long to be looked at. */
const BOMBS: [what: string, bytes: Uint8Array][] = [
  ...ALL_BOMBS.filter(([, bytes]) => bytes.length <= 32_768).map(([what, bytes]): [string, Uint8Array] => [what, bytes]),
  ['records of records in a second argument', IN_SECOND_ARGUMENT],
];

/** Who is no administrator, and how each asks. */
const STRANGERS: [string, (method: string, kind: Kind, argument: Uint8Array) => Promise<RefusedWith>][] = [
  ['the anonymous principal', (method, kind, argument) => ask(method, kind, argument, Principal.anonymous())],
  ['another principal', (method, kind, argument) => ask(method, kind, argument, STRANGER)],
  ['a canister', (method, _, payload) => askThrough(method, payload)],
];
type Kind = 'query' | 'update';
/** The code and words of a reject; the reply, where there was one. */
type RefusedWith = { code: number; message: string } | { reply: Uint8Array };

async function ask(method: string, kind: Kind, argument: Uint8Array, caller: Principal): Promise<RefusedWith> {
  try {
    return { reply: await world.ic[kind](world.canister, method, argument, caller) };
  } catch (error) {
    const { code, message } = error as RejectError;
    return { code, message };
  }
}

let proxy: Principal;
async function askThrough(method: string, payload: Uint8Array): Promise<RefusedWith> {
  const { code, data, message } = await callThrough(world.ic, proxy, { callee: world.canister, method, payload });
  return code === 0 ? { reply: data } : { code, message };
}

/** What everybody may call, and so what it answers is somebody else's to test. */
const PUBLIC = ['http_request', 'http_request_update', 'transform'];

const REFUSED = new RegExp(
  [
    /^Only administrators may do this: (a controller can add [\w-]+ to admins|call with an identity of yours)\.$/,
    /^Only fulfillers may do this: a controller can add [\w-]+ to fulfillers, with its payment links\.$/,
    /^Shoppers cannot sign in here: an administrator can set shoppers_sign_in\.$/,
    /rejected the message$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Methods that the Wasm exports: those of this canister, and those that Azle has brought along. */
function methods(): { own: [string, Kind][]; azles: [string, Kind][] } {
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(world.wasm as BufferSource)).flatMap(({ name }): [string, Kind][] => {
    const [, kind, method] = /^canister_(query|update|composite_query) (.*)$/.exec(name) ?? [];
    return method === undefined ? [] : [[method, kind === 'update' ? 'update' : 'query']];
  });
  const isAzles = ([name]: [string, Kind]) => /^(_azle_|<ic-cdk internal> )/.test(name);
  return { own: exported.filter((method) => !isAzles(method)), azles: exported.filter(isAzles) };
}

describe('a stranger', () => {
  forAllTests({ admins: [[ADMIN]], payment_links: [['plink_1']] });
  beforeAll(async () => {
    proxy = world.ic.createCanister();
    await world.ic.install(proxy, proxyCanister(), new Uint8Array());
  });

  it('finds methods of these kinds', () => {
    const { own, azles } = methods();
    expect(own.map(([name]) => name)).toEqual(expect.arrayContaining([...PUBLIC, 'get_settings', 'update_settings']));
    expect(azles.map(([name]) => name)).toContain('_azle_chunk');
  });

  it.each(STRANGERS)('%s is refused by every method in words, which say nothing of what is there', async (_, asking) => {
    const id = paidSession({ payment_link: 'plink_1' });
    await world.checkout(id);
    const before = await getSettings();
    const asked = world.lookups;
    const text = (value: string) => new Uint8Array(IDL.encode([IDL.Text], [value]));
    const changes = Object.fromEntries(SettingsChanges._fields.map(([name]) => [name, name === 'api_key' ? ['rk_test_of_a_thief'] : []]));
    const args = [
      NO_ARGUMENT, text(id), text('cs_test_a1unknown'), text('nonsense'), new Uint8Array(), new Uint8Array(40_000),
      new Uint8Array(IDL.encode([SettingsChanges], [changes])), new Uint8Array(IDL.encode([ListArgument], [{ before: [], limit: [], status: [], reference: [] }])),
    ];
    for (const [method, kind] of methods().own.filter(([name]) => !PUBLIC.includes(name))) {
      const answers = [];
      for (const argument of args) answers.push(await asking(method, kind, argument));
      expect(answers[0]).toEqual({ code: 4, message: expect.stringMatching(REFUSED) as string });
      // The same, whatever is asked: not even what there is can be told.
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      for (const known of [id, 'plink', 'stripe.com', ADMIN.toText(), CONTROLLER.toText()]) expect(JSON.stringify(answers)).not.toContain(known);
    }
    expect(await getSettings()).toEqual(before);
    expect(world.lookups).toBe(asked);
  });

  it.each(STRANGERS)('%s gets nothing out of what Azle has brought along', async (_, asking) => {
    for (const [method, kind] of methods().azles) {
      const answer = await asking(method, kind, NO_ARGUMENT);
      // A chunk of work is none where somebody else asks for it, and null is all there is to say.
      if ('reply' in answer) expect([method, Buffer.from(answer.reply).toString('hex')]).toEqual(['_azle_chunk', Buffer.from('DIDL\0\x01\x7f').toString('hex')]);
      else expect(answer.message).toMatch(/Not Authorized|rejected the message|should not be called/);
    }
  });

  it('may call a query as an update as little', async () => {
    for (const [method, kind] of methods().own) {
      if (kind === 'query') expect(await ask(method, 'update', NO_ARGUMENT, STRANGER)).toMatchObject({ code: 4, message: expect.stringMatching(/rejected the message$/) as string });
    }
  });
});


describe('Candid that is none, from an administrator', () => {
  forAllTests({ admins: [[ADMIN]] }, { executionLimitMs: 10_000 });

  const optional = <T>(value: T): [] | [T] => (value === undefined ? [] : [value]);
  /** The methods that take something, with something that they take. */
  const TAKING: [string, Kind, Uint8Array][] = [
    ['get_payment', 'query', new Uint8Array(IDL.encode([IDL.Text], ['cs_test_a1']))],
    ['check_payment', 'update', new Uint8Array(IDL.encode([IDL.Text], ['nonsense']))],
    ['list_payments', 'query', new Uint8Array(IDL.encode([ListArgument], [{ before: [5], limit: [3], status: ['paid'], reference: ['order'] }]))],
    ['update_settings', 'update', new Uint8Array(IDL.encode([SettingsChanges], [{ ...Object.fromEntries(FIELDS.map((field) => [field, optional(CHANGES[field].value)])), revision: [] }]))],
  ];

  /** Answered, or refused in words; a trap is neither. */
  function expectWords(answer: RefusedWith): void {
    if ('code' in answer) expect(answer).toEqual({ code: 4, message: expect.stringMatching(/^[a-zA-Z].*\.$/) as string });
  }

  it.each(TAKING)('%s refuses bytes of all kinds in words', async (method, kind, honest) => {
    await fc.assert(
      fc.asyncProperty(hostile(honest), async (argument) => {
        expectWords(await ask(method, kind, argument, ADMIN));
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it.each(BOMBS)('%s: refused in words', async (_, argument) => {
    for (const [method, kind] of TAKING) expectWords(await ask(method, kind, argument, ADMIN));
  });

  it.each(TAKING)('%s refuses an argument that is too long, before it is looked at', async (method, kind) => {
    const message = kind === 'query' ? 'This method does not take such an argument: too long.' : expect.stringMatching(/rejected the message$/) as string;
    expect(await ask(method, kind, new Uint8Array(32_769), ADMIN)).toEqual({ code: 4, message });
  });
});
