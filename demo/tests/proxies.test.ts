/** The canister behind idempotent proxies, honest and not; and with a single node that asks. */
import { IDL } from '@dfinity/candid';
import { afterEach, describe, expect, it } from 'vitest';
import { CheckResult, Connection, Stats } from '../../canister/admin/interface.js';
import type { LocalIcOptions } from '../local/ic/index.js';
import { listen, type Listening } from '../local/listen.js';
import { startIdempotentProxy, type IdempotentProxy, type ProxyOptions } from '../local/proxies/idempotent-proxy.js';
import type { Step } from '../local/stripe/index.js';
import { CanisterWorld, NO_ARGUMENT, initArgument, type Settings } from './canister-world.js';

const PROXY = 'proxy.example';
const NODES = 13;
const KINDS = ['server', 'worker'] as const;

/** What goes wrong, and what is said of it whether or not the status is hidden. */
const TROUBLE: [string, Step, object][] = [
  ['one request too many', { kind: 'rate_limit' }, { status: 'unavailable', reason: 'rate_limited' }],
  ['a lock', { kind: 'lock_timeout' }, { status: 'unavailable', reason: 'rate_limited' }],
  ["Stripe's fault, which is kept", { kind: 'api_error', status: 500 }, { status: 'unavailable', reason: 'stripe_error' }],
  ["Stripe's fault, which is not", { kind: 'api_error', status: 503, times: 20 }, { status: 'unavailable' }],
  ['JSON that breaks off', { kind: 'invalid_json' }, { status: 'unavailable', reason: 'stripe_error' }],
  ['a connection that is cut', { kind: 'cut', at: 'start', times: 20 }, { status: 'unavailable' }],
];

let world: CanisterWorld;
let proxy: IdempotentProxy;
const others: Listening[] = [];
/** Where outcalls go. */
let hosts: Record<string, string>;

async function start(options: Omit<ProxyOptions, 'hosts'>, settings: Settings = { idempotent_proxy: [PROXY] }, ic: LocalIcOptions = {}): Promise<void> {
  hosts = {};
  world = await CanisterWorld.start(settings, { nodes: NODES, outcallHosts: hosts, ...ic });
  proxy = await startIdempotentProxy({ ...options, hosts: { 'api.stripe.com': world.stripe.url } });
  hosts[PROXY] = proxy.url;
}

afterEach(async () => {
  await world.close();
  await Promise.all([proxy, ...others.splice(0)].map((server) => server.close()));
});

function paidSession(): string {
  const { id } = world.stripe.createSession();
  world.stripe.pay(id);
  return id;
}

async function confirm(id: string, options?: { raw: boolean }): Promise<void> {
  expect(await world.checkout(id, options)).toMatchObject({ status: 'paid', payment: { id } });
}

/** Asks about what there is not until a list is all that Stripe is asked for. */
async function exhaust(): Promise<void> {
  const before = world.stripe.requests.filter(({ kind }) => kind === 'list').length;
  for (let count = 0; world.stripe.requests.filter(({ kind }) => kind === 'list').length === before; count += 1) {
    await world.http(`/checkout/cs_test_a1invented${world.lookups}x${count}`);
  }
}

interface Checked {
  status: string;
  payment: { status: string }[];
}
const checkPayment = (id: string) => world.admin<Checked>('update', 'check_payment', CheckResult, [IDL.Text, id]);

async function knownPayments(): Promise<number> {
  const { payments } = await world.admin<{ payments: unknown[] }>('query', 'canister_stats', Stats);
  return payments.length;
}

/** What came to the proxy, by key: each with its path and how often. The slowest nodes may come after two thirds have agreed. */
async function questions(nodes = NODES): Promise<{ path: string; times: number }[]> {
  await world.ic.settled();
  const byKey = new Map<string, { path: string; times: number }>();
  await expect.poll(() => proxy.requests.length % nodes).toBe(0);
  for (const { key, path } of proxy.requests) {
    const question = byKey.get(key) ?? { path, times: 0 };
    expect(path).toBe(question.path); // or one session's lookup would get another's answer
    byKey.set(key, { path, times: question.times + 1 });
  }
  return [...byKey.values()];
}

describe.each(KINDS)('the %s', (kind) => {
  it('makes one request to Stripe of those of thirteen nodes', async () => {
    await start({ kind });
    const id = paidSession();
    expect(await world.checkout(id)).toMatchObject({ status: 'paid', payment: { id } });
    expect(await questions()).toEqual([{ path: `/v1/checkout/sessions/${id}`, times: NODES }]);
    expect(world.stripe.requests).toMatchObject([{ authorization: world.stripe.keys.good.slice(-4), forwardedHost: undefined }]);
    expect(world.stripe.requests[0]?.idempotencyKey).toBe(kind === 'server' ? proxy.requests[0]?.key : undefined);
    expect(proxy.requests[0]?.authorization).toBe(`Bearer ${world.stripe.keys.good}`); // it sees the key
  });

  it('gets no key twice: not for another session, cap or try, for lists, events or the merchant, nor after an upgrade or a new installation', { timeout: 60_000 }, async () => {
    await start({ kind }, undefined, { nodes: 4 });
    const { secret } = await world.addWebhook();
    await confirm(paidSession());
    const large = world.stripe.createSession({ size: 'full' }).id; // takes two caps, one after the other
    expect(await world.checkout(large)).toMatchObject({ status: 'open' });
    const late = 'cs_test_a1madealittlelater';
    expect(await world.checkout(late)).toMatchObject({ status: 'not_found' });
    await world.ic.advanceTime(10_000);
    world.stripe.createSession({ id: late, status: 'complete' });
    await confirm(late); // which an answer that was kept would deny
    world.stripe.pay(large); // and events tell of it
    await world.stripe.deliveriesSettled();
    await world.ic.settled();
    await confirm(large, { raw: true });

    await exhaust();
    const listed = world.stripe.createSession({ status: 'complete' }).id;
    await world.ic.advanceTime(4_000);
    await exhaust();
    await checkPayment(listed);
    expect(await checkPayment(listed)).toMatchObject({ status: 'paid' });
    expect(await world.admin('update', 'check_connection', Connection)).toMatchObject({ works: true });

    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    await confirm(paidSession());
    const settings = initArgument({ api_key: world.stripe.keys.good, idempotent_proxy: [PROXY], webhook_secrets: [[secret]] });
    await world.ic.install(world.canister, world.wasm, settings, 'reinstall');
    await confirm(paidSession());
    await world.ic.advanceTime(86_400_000); // it goes through the newest payments by itself
    await world.ic.settled();

    const asked = await questions(4);
    expect(asked.filter(({ times }) => times !== 4)).toEqual([]);
    expect(asked).toHaveLength(world.lookups); // each question is new to the proxy
    expect(asked.filter(({ path }) => path.includes('?')).length).toBeGreaterThanOrEqual(4); // lists
    expect(asked.filter(({ path }) => path.endsWith(large)).length).toBeGreaterThanOrEqual(4);
  });

  it.each(TROUBLE)('%s is judged right, and takes nothing back', async (_, step, expected) => {
    await start({ kind }, undefined, { nodes: 4 });
    const known = paidSession();
    await confirm(known);
    const id = paidSession();
    for (const target of [id, known]) world.stripe.script(target, [step]);
    expect(await world.checkout(id)).toMatchObject(expected);
    expect((await checkPayment(known)).payment[0]).toMatchObject({ status: 'paid' }); // though it is asked about again
    await confirm(known);
    world.stripe.script(id, []);
    await world.ic.advanceTime(60_000);
    await confirm(id);
  });

  it('an id that Stripe does not know is not found', async () => {
    await start({ kind });
    expect(await world.checkout('cs_test_a1nobodyknowsthisone')).toEqual({ status: 'not_found' });
    expect(world.stripe.requests).toHaveLength(1);
  });

  it.each(['noPermission', 'expired', 'unknown'] as const)('a key that is bad (%s) is for the merchant to mend', async (key) => {
    await start({ kind });
    await world.updateSettings({ api_key: key === 'unknown' ? 'rk_test_51UnknownKeyWithATail1234' : world.stripe.keys[key] });
    expect(await world.checkout(paidSession())).toEqual({ status: 'unavailable', reason: 'misconfigured' });
    expect(await world.admin('update', 'check_connection', Connection)).toMatchObject({ works: false, message: expect.stringContaining('key') as string });
  });
});

describe('a proxy that lies', () => {
  it("with another session's body is not believed, about either", async () => {
    let other = '';
    await start({ kind: 'worker', falsify: () => JSON.stringify(world.stripe.session(other)) });
    other = paidSession();
    const { id } = world.stripe.createSession();
    expect(await world.checkout(id)).toMatchObject({ status: 'unavailable', reason: 'stripe_error' });
    expect(await knownPayments()).toBe(0);
  });

  it.each([
    ['a list in place of a session', (body: string) => JSON.stringify({ object: 'list', data: [JSON.parse(body)], has_more: false })],
    ['a session of the other mode', (body: string) => body.replace('"livemode": false', '"livemode": true')],
    ['a session of another kind', (body: string) => body.replace('"mode": "payment"', '"mode": "setup"')],
    ['a payment that is only almost one', (body: string) => body.replace('"payment_status": "paid"', '"payment_status": "Paid"')],
    ['a page that says paid', () => '<html>paid</html>'],
  ])('with %s makes nothing paid', async (_, falsify) => {
    await start({ kind: 'server', falsify });
    const { status } = await world.checkout(paidSession());
    expect(['unavailable', 'not_found', 'processing']).toContain(status);
  });

  // What follows a proxy can do, and so docs/threat-model.md says. Should it fail one day, so much the better.
  it('can make up a payment of the very session that is asked about', async () => {
    await start({ kind: 'server', falsify: (body) => body.replace('"status": "open"', '"status": "complete"').replace('"payment_status": "unpaid"', '"payment_status": "paid"') });
    await confirm(world.stripe.createSession().id);
  });

  it('can be made to by a single node that knows the key in time, where it is open to everybody', async () => {
    await start({ kind: 'server' });
    const { id } = world.stripe.createSession();
    const forged = await listen((_, response) => response.end(JSON.stringify({ ...world.stripe.session(id), status: 'complete', payment_status: 'paid' })), 0);
    const open = await startIdempotentProxy({ kind: 'server', hosts: { 'evil.example': `http://localhost:${forged.port}`, 'api.stripe.com': world.stripe.url } });
    // It keeps answers by the key alone, and goes to whatever host it is told. So a node comes first, with a host of its own.
    let planted: Promise<unknown> | undefined;
    const node = await listen((request, response) => {
      const ask = (host: string) => fetch(`${open.url}${request.url}`, { headers: { 'x-forwarded-host': host, 'idempotency-key': String(request.headers['idempotency-key']) } });
      planted ??= ask('evil.example');
      void planted.then(() => ask('api.stripe.com')).then(async (answer) => response.end(await answer.text()));
    }, 0);
    others.push(forged, open, node);
    hosts[PROXY] = `http://localhost:${node.port}`;
    await confirm(id);
    expect(world.lookups).toBe(0);
  });
});

describe('without a proxy', () => {
  it('every node asks Stripe, unless `replicated` says that one is enough', async () => {
    await start({ kind: 'server' }, {});
    hosts['api.stripe.com'] = world.stripe.url;
    await confirm(paidSession());
    await expect.poll(() => world.lookups).toBe(NODES);
    await world.updateSettings({ replicated: false });
    await confirm(paidSession());
    await world.ic.settled();
    expect(world.lookups).toBe(NODES + 1);
    expect(proxy.requests).toEqual([]);
  });

  it('one node alone can be wrong, and thirteen cannot', async () => {
    await start({ kind: 'server' }, { replicated: [false] });
    hosts['api.stripe.com'] = world.stripe.url;
    world.ic.faults.disagreeingNodes = 1;
    expect(await world.checkout(paidSession())).toMatchObject({ status: 'unavailable' });
    await world.updateSettings({ replicated: true });
    await confirm(paidSession());
  });

  it('one node costs a fraction', async () => {
    await start({ kind: 'server' }, {});
    hosts['api.stripe.com'] = world.stripe.url;
    const cost = async () => {
      const before = world.ic.expenses(world.canister).outcalls;
      await confirm(paidSession());
      await world.ic.settled();
      return Number(world.ic.expenses(world.canister).outcalls - before);
    };
    const all = await cost();
    await world.updateSettings({ replicated: false });
    expect(await cost()).toBeLessThan(all * 0.8);
  });
});
