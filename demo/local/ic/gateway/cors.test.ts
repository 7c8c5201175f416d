import { Principal } from '@dfinity/principal';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { startGateway } from './gateway.js';
import { answer, type CanisterAnswer, decodeRequest, FakeIc, type Got, send, type Sent } from './testing.js';

let ic: FakeIc;
let gateway: Listening | undefined;
beforeEach(() => {
  ic = new FakeIc();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const PREFLIGHT = { method: 'OPTIONS', headers: { origin: 'https://shop.test', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } };
const DEFAULTS = { status: 200, text: '', headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'HEAD, GET, POST, PUT, DELETE, PATCH', 'access-control-max-age': '7200' } };

async function preflight(mode: 'static' | 'passthrough' | undefined, given: CanisterAnswer, sent: Sent = {}): Promise<Got> {
  ic.http_request = () => answer({ body: new Uint8Array(), ...given });
  gateway ??= await startGateway(ic, { port: 0, ...(mode && { preflight: mode }) });
  return send(gateway.port, { host: `${ic.canister.toText()}.raw.localhost`, ...PREFLIGHT, ...sent });
}
const OWN: [string, string][] = [['Access-Control-Allow-Origin', 'https://shop.test'], ['access-control-allow-headers', 'authorization']];

test.each([undefined, 'static'] as const)('unless told to, the gateway answers preflights by itself', async (mode) => {
  expect(await preflight(mode, { headers: OWN })).toMatchObject(DEFAULTS);
  expect(ic.calls).toEqual([]);
});

describe('passthrough', () => {
  test("a canister's own answer counts, and is filled in", async () => {
    const got = await preflight('passthrough', { status: 204, headers: OWN });
    expect(got).toMatchObject({
      status: 204,
      text: '',
      headers: { 'access-control-allow-origin': 'https://shop.test', 'access-control-allow-headers': 'authorization', 'access-control-allow-methods': 'HEAD, GET, POST, PUT, DELETE, PATCH', 'access-control-max-age': '7200' },
    });
    expect(got.headers).not.toHaveProperty('access-control-expose-headers');
    expect(ic.calls).toEqual(['http_request']);
  });

  test('the canister sees the request as it is', async () => {
    let seen: ReturnType<typeof decodeRequest> | undefined;
    gateway = await startGateway(ic, { port: 0, preflight: 'passthrough' });
    ic.http_request = (argument) => {
      seen = decodeRequest(argument);
      return answer({});
    };
    await send(gateway.port, { host: `${ic.canister.toText()}.localhost`, path: '/a?b', ...PREFLIGHT });
    expect(seen).toMatchObject({ method: 'OPTIONS', url: '/a?b', headers: expect.arrayContaining([['access-control-request-method', 'POST']]) as unknown });
  });

  test('it can be the answer of an update call, on the verified host', async () => {
    ic.http_request_update = () => answer({ headers: OWN, body: new Uint8Array() });
    expect((await preflight('passthrough', { upgrade: true }, { host: `${ic.canister.toText()}.localhost` })).headers['access-control-allow-headers']).toBe('authorization');
  });

  test.each<[string, CanisterAnswer, Sent?]>([
    ['a body', { headers: OWN, body: Buffer.from('ok') }],
    ['a status other than 2xx', { headers: OWN, status: 404 }],
    ['no header of the kind', { headers: [['x-any', 'thing'], ['access-control-expose-headers', 'x-any']] }],
    ['no certificate, on the verified host', { headers: OWN }, { host: 'uxrrr-q7777-77774-qaaaq-cai.localhost' }],
    ['a status that is none', { headers: OWN, status: 42 }],
  ])('with %s the defaults are sent, and for a day the canister is not asked again', async (_what, given, sent) => {
    expect(await preflight('passthrough', given, sent)).toMatchObject(DEFAULTS);
    ic.advance(86_399);
    expect(await preflight('passthrough', { headers: OWN })).toMatchObject(DEFAULTS);
    expect(ic.calls).toEqual(['http_request']);
    ic.advance(1);
    expect((await preflight('passthrough', { headers: OWN })).headers['access-control-allow-headers']).toBe('authorization');
    expect(ic.calls).toEqual(['http_request', 'http_request']);
  });

  test('other requests go on to such a canister', async () => {
    await preflight('passthrough', { status: 404 });
    expect((await preflight('passthrough', { status: 418 }, { method: 'GET' })).status).toBe(418);
  });

  test.each(['localhost', 'nonsense.localhost', `${Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai').toText()}.localhost`])('the defaults are sent where there is nobody to ask: %s', async (host) => {
    expect(await preflight('passthrough', { headers: OWN }, { host })).toMatchObject(DEFAULTS);
    expect(ic.calls).toEqual([]);
  });

  test('on other answers only missing headers are filled in', async () => {
    const got = await preflight('passthrough', { headers: OWN }, { method: 'POST' });
    expect(got.headers).toMatchObject({ 'access-control-allow-origin': 'https://shop.test', 'access-control-expose-headers': expect.stringContaining('x-request-id') as string });
    expect(got.headers).not.toHaveProperty('access-control-allow-methods');
  });
});
