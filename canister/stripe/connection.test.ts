import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { settingsFrom, type Settings } from '../settings.js';
import type { System } from '../system.js';
import { reduceAnswer } from './answer.js';
import { StripeClient } from './client.js';
import { initArgument } from '../testing/backend-world.js';
import { checkConnection, type Connection } from './connection.js';
import { transformedTemplate } from './outcall.js';

const KEY = 'rk_test_51SecretOfTheMerchantWithATail1234';
const SINCE = 1_790_000_000;
const PROXY = 'proxy.example';
const INIT = initArgument({ api_key: KEY });

/** What comes of an outcall: an HTTP answer, or what Azle rejects the call with. */
type Coming = { status: number; body: string } | { reject: unknown };

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Tries the connection where each outcall ends so; the last one again and again. */
async function check(comings: readonly Coming[], { changes = {}, cycles = 10n ** 12n }: { changes?: object; cycles?: bigint } = {}): Promise<Connection & { urls: string[] }> {
  const settings: Settings = settingsFrom({ ...INIT, ...changes });
  const urls: string[] = [];
  const outcall = (args: Uint8Array) => {
    const coming = comings[Math.min(urls.length, comings.length - 1)];
    urls.push((IDL.decode([IDL.Record({ url: IDL.Text })], args)[0] as unknown as { url: string }).url);
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- Azle does
    if ('reject' in coming) return Promise.reject(coming.reject);
    return Promise.resolve(transformedTemplate().fill([ascii(reduceAnswer(coming.status, coming.body))]));
  };
  const system = { self: Principal.fromText('uxrrr-q7777-77774-qaaaq-cai'), time: () => BigInt(SINCE) * 10n ** 9n, cycles: () => cycles, bytes: ascii, outcall } satisfies Partial<System>;
  const connection = await checkConnection(new StripeClient(system as unknown as System, settings, () => 1), settings, SINCE);
  return { ...connection, urls };
}

const error = (fields: object) => JSON.stringify({ error: { type: 'invalid_request_error', ...fields } });
const list = (...livemodes: boolean[]) => {
  const data = livemodes.map((livemode, index) => ({ object: 'checkout.session', id: `cs_${livemode ? 'live' : 'test'}_${index}`, created: SINCE, livemode }));
  return JSON.stringify({ object: 'list', data, has_more: false });
};
const HTML = '<html><head><title>Access denied</title></head><body><h1>Error 1020</h1></body></html>';
const proxied = { changes: { idempotent_proxy: [PROXY] } };

/** Stripe's own answers, with the status they come under. */
const REFUSED: [string, number, string, RegExp][] = [
  ['a key that Stripe does not know', 401, error({ message: 'Invalid API Key provided: rk_test_*******1234' }), /^Stripe does not know the key.*create a restricted key with rak_checkout_session_read/],
  ['a key that has expired', 401, error({ code: 'api_key_expired', message: 'Expired API Key provided: rk_test_*******1234' }), /^Stripe does not know the key, or it has expired/],
  ['no key in what arrives', 401, error({ message: 'You did not provide an API key. You need to provide your API key in the Authorization header' }), /^Stripe does not know the key/],
  ['a key that may not read sessions', 403, error({ code: 'more_permissions_required', message: "The provided key 'rk_test_*******1234' does not have the required permissions. Having the 'rak_checkout_session_read' permission would" }), /^The key lacks the permission rak_checkout_session_read.*"Checkout Sessions: Read"/],
  ['a payment link that Stripe does not know', 400, error({ code: 'resource_missing', param: 'payment_link', message: "No such payment_link: 'plink_1'" }), /^Stripe does not know the payment link: set payment_links/],
  ['too many questions', 429, error({ type: 'rate_limit_error', code: 'rate_limit', message: 'Request rate limit exceeded.' }), /^Stripe is asked too often.*try again in a minute/],
  ['a lock', 429, error({ code: 'lock_timeout', message: 'This object cannot be accessed right now' }), /^Stripe is asked too often/],
];

describe('what Stripe refuses', () => {
  it.each(REFUSED)('%s, is said in words', async (_, status, body, words) => {
    for (const options of [{}, proxied]) expect(await check([{ status, body }], options)).toMatchObject({ works: false, message: expect.stringMatching(words) as string });
  });

  it.each(REFUSED)('%s, is said in the same words where a proxy hides the status', async (_, status, body) => {
    const honest = await check([{ status, body }], proxied);
    expect(await check([{ status: 200, body }], proxied)).toEqual(honest);
  });

  it.each(REFUSED)('%s, is not said in Stripe’s own words, which quote the key', async (_, status, body) => {
    const { message } = await check([{ status, body }], proxied);
    for (const secret of [KEY, '1234', '****', 'acct_']) expect(message).not.toContain(secret);
  });
});

describe('what is not Stripe’s answer', () => {
  const NOT_STRIPES = [HTML, '', '{}', '[]', '"paid"', '{"object":"list"}', '{"object":"list","data":[', JSON.stringify({ error: 'no such route' })];

  it.each(NOT_STRIPES)('%s is laid to the host, or to the proxy by name', async (body) => {
    for (const status of [200, 404, 500, 502, 503]) {
      expect(await check([{ status, body }])).toMatchObject({ works: false, message: expect.stringMatching(/^Stripe answers, but not as it should: check api_host/) as string });
      expect(await check([{ status, body }], proxied)).toMatchObject({ works: false, message: expect.stringMatching(/^What comes from the proxy proxy\.example is not Stripe’s answer: check idempotent_proxy and api_host/) as string });
    }
  });

  it('Stripe’s own fault is not laid to the key', async () => {
    const body = JSON.stringify({ error: { type: 'api_error', message: 'An unknown error occurred.' } });
    for (const status of [500, 200]) expect((await check([{ status, body }])).message).toMatch(/try again in a minute/);
  });

  it('a session in place of a list is none', async () => {
    const body = JSON.stringify({ object: 'checkout.session', id: 'cs_test_1', created: SINCE, livemode: false });
    expect(await check([{ status: 200, body }], proxied)).toMatchObject({ works: false, message: expect.stringContaining(PROXY) as string });
  });

  // A firewall's page says nothing about the key, and a merchant would make new ones in vain.
  it.each([401, 403])('a page under %i is not laid to the key', async (status) => {
    expect((await check([{ status, body: HTML }], proxied)).message).toMatch(/^What comes from the proxy proxy\.example is not Stripe’s answer/);
  });
});

describe('no answer', () => {
  it.each(['Timeout expired', 'Error(s) while connecting: ECONNREFUSED', 'No consensus could be reached. Replicas had different responses.'])('%s: host or proxy are to be checked', async (rejectMessage) => {
    const reject = { type: 'CallRejected', rejectMessage };
    expect((await check([{ reject }])).message).toMatch(/^Stripe does not answer: check api_host/);
    expect((await check([{ reject }], proxied)).message).toMatch(/^The proxy proxy\.example does not answer: check idempotent_proxy, or set it to ""/);
  });

  it('for want of cycles: nothing is asked, and how many are wanted is said', async () => {
    expect(await check([], { cycles: 99_999_999_999n })).toEqual({ works: false, message: expect.stringMatching(/too few cycles.*top it up to more than 0\.2 T/) as string, urls: [] });
    expect((await check([{ reject: { type: 'InsufficientLiquidCycleBalance' } }])).message).toMatch(/too few cycles/);
  });

  it('that is small enough, by any cap: the metadata is to blame', async () => {
    const { message, urls } = await check([{ reject: { type: 'CallRejected', rejectMessage: 'Http body exceeds size limit of 98304 bytes.' } }]);
    expect([message, urls.length]).toEqual([expect.stringMatching(/too large: put less metadata on the payment link/), 2]);
  });

  it('small enough by the first cap is asked for again', async () => {
    const tooLarge = { reject: { type: 'CallRejected', rejectMessage: 'Http body exceeds size limit of 98304 bytes.' } };
    expect(await check([tooLarge, { status: 200, body: list(false) }])).toMatchObject({ works: true });
  });

  it('because this message has trapped is no answer to give', async () => {
    const reject = { type: 'CleanupCallback' };
    await expect(check([{ reject }])).rejects.toBe(reject);
  });

  it('without a key: nothing is asked', async () => {
    const { works, message, urls } = await check([], { changes: { api_key: '', livemode: [false] } });
    expect([works, message, urls]).toEqual([false, expect.stringMatching(/^There is no API key.*Set api_key to a restricted key \(rk_…\)/), []]);
  });
});

describe('an answer', () => {
  it.each([[KEY, 'test', false], [KEY.replace('test', 'live'), 'live', true]])('in the right mode is well, with sessions or without', async (api_key, mode, livemode) => {
    for (const body of [list(livemode), list()]) {
      expect(await check([{ status: 200, body }], { changes: { api_key } })).toMatchObject({ works: true, message: `Stripe answers, in ${mode} mode.` });
    }
  });

  // An organization's key does not show its mode.
  it.each([[true, /^The key is of live mode, and the canister expects test payments: set livemode = true, or api_key to one of test mode/], [false, /^The key is of test mode, and the canister expects live payments: set livemode = false/]])(
    'in the wrong mode, livemode %s, says which is which',
    async (livemode, words) => {
      const changes = { api_key: 'sk_org_51SecretOfTheMerchant', livemode: [!livemode] };
      expect(await check([{ status: 200, body: list(livemode) }], { changes })).toMatchObject({ works: false, message: expect.stringMatching(words) as string });
    },
  );

  it('is asked for by the list that payments are looked for in, of the one link where there is one', async () => {
    const ok = { status: 200, body: list() };
    const { urls } = await check([ok], { changes: { payment_links: [['plink_1']] } });
    expect(urls).toEqual([`https://api.stripe.com/v1/checkout/sessions?limit=10&status=complete&created%5Bgte%5D=${SINCE}&payment_link=plink_1`]);
    expect((await check([ok], proxied)).urls[0]).toMatch(/^https:\/\/proxy\.example\/v1\/checkout\/sessions\?/);
  });
});
