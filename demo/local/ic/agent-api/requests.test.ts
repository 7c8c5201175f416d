import type { Identity } from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import type { Principal } from '@dfinity/principal';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { call, COUNTER, EMPTY, encode, envelope, expectRefused, type Fields, got, MANAGEMENT, minutes, NOWHERE, post, query, readState, serve, TestSubnet, url } from './testing.js';

let subnet: TestSubnet;
let server: Listening;
let me: Identity;
beforeEach(async () => {
  subnet = new TestSubnet();
  server = await serve(subnet);
  me = Ed25519KeyIdentity.generate();
});
afterEach(() => server.close());

const anonymous = (content: Fields) => envelope(content);
const signed = (content: Fields) => envelope(content, me);
const root = () => `http://127.0.0.1:${server.port}`;
const refused = (path: string, body: unknown, status: number, reason: string) => expectRefused(subnet, server, path, body, { status, reason });

describe('the endpoints', () => {
  test.each([
    ['/api/v2/status/', 404], ['/api', 404], ['/api/', 404], ['/api/v9/status', 404], ['/api/v1/canister/aaaaa-aa/call', 404],
    [`/api/v4/canister/${COUNTER.toText()}/query`, 404], [`/api/v4/canister/${COUNTER.toText()}/read_state`, 404],
    [`/api/v5/canister/${COUNTER.toText()}/call`, 404], [`/api/v2/canister/${COUNTER.toText()}/nothing`, 404],
    [`/api/v2/canister/${COUNTER.toText()}/call/more`, 404], [`/api/v4/subnet/${COUNTER.toText()}/call`, 404],
    ['/api/v2/canister/nonsense/call', 400], ['/api/v2/canister/uxrrr-q7777-77774-qaaaq-caj/call', 400], ['/api/v2/canister/%00/query', 400],
  ])('%s does not exist', async (path, status) => {
    const answer = await post(server, path, await anonymous(call(subnet)));
    expect(answer.status).toBe(status);
    expect(answer.text).not.toBe('');
  });

  test('leave other paths alone', async () => {
    expect((await fetch(`${root()}/apix`)).status).toBe(418);
    expect((await fetch(`${root()}/`)).status).toBe(418);
  });

  test('have their methods', async () => {
    const posted = await post(server, '/api/v2/status', encode({}));
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, OPTIONS']);
    const fetched = await got(await fetch(`${root()}${url('call', 2)}`));
    expect([fetched.status, fetched.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  });

  test('may be used by pages of other origins', async () => {
    const answer = await fetch(`${root()}${url('call', 3)}`, { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } });
    expect([answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-allow-headers')]).toEqual([200, '*', 'accept, authorization, content-type']);
    expect((await fetch(`${root()}/api/v2/status`)).headers.get('access-control-allow-origin')).toBe('*');
  });

  test('take ids in capital letters', async () => {
    expect((await post(server, `/api/v2/canister/${COUNTER.toText().toUpperCase()}/query`, await anonymous(query(subnet)))).status).toBe(200);
  });

  test('are for canister ids', async () => {
    await refused(url('call', 2, MANAGEMENT), await anonymous(call(subnet)), 400, 'does not belong to any subnet');
    await refused(url('query', 2, MANAGEMENT), await anonymous(query(subnet)), 400, 'does not belong to any subnet');
    await refused(`/api/v3/subnet/${subnet.trust.rootSubnet.toText()}/read_state`, await anonymous(readState(subnet, [['time']])), 400, 'is not the one of this local IC');
  });
});

describe('a body', () => {
  test.each([
    ['nothing', new Uint8Array()],
    ['bytes', Buffer.from('no CBOR at all')],
    ['half of an envelope', encode({ content: { request_type: 'call' } }).slice(0, 20)],
    ['a key twice', Buffer.from('a26161016161 02'.replace(' ', ''), 'hex')],
    ['thousands of open arrays', new Uint8Array(100_000).fill(0x81)],
    ['an array of 2^62 elements', Buffer.from('9b4000000000000000', 'hex')],
    ['a floating-point expiry', Buffer.concat([Buffer.from('a167636f6e74656e74a16e696e67726573735f657870697279fb', 'hex'), Buffer.alloc(8)])],
  ])('of %s is refused', async (_what, body) => {
    for (const kind of ['call', 'query', 'read_state'] as const) await refused(url(kind, 3), new Uint8Array(body), 400, 'Failed to deserialize cbor request');
  });

  test.each([[null], [[]], ['text'], [7], [{}], [{ content: null }], [{ content: [] }], [{ content: new Uint8Array() }]])('of %j is refused', async (value) => {
    await refused(url('call', 3), encode(value), 400, 'must be a map');
  });

  test('must be said to be CBOR', async () => {
    const answer = await post(server, url('query', 2), await anonymous(query(subnet)), { 'content-type': 'text/plain' });
    expect([answer.status, answer.text]).toEqual([400, 'Unexpected content-type, expected application/cbor']);
  });

  test('may be up to 4 MiB, and of a call 2 MiB', async () => {
    await refused(url('call', 2), await anonymous(call(subnet, { arg: new Uint8Array(2 * 2 ** 20) })), 413, 'Request is too large');
    await refused(url('query', 2), new Uint8Array(4 * 2 ** 20 + 1), 413, 'Payload too large');
    const { status } = await post(server, url('call', 3), await anonymous(call(subnet, { arg: new Uint8Array(2 * 2 ** 20 - 300) })));
    expect(status).toBe(200);
    expect((await post(server, url('query', 3), await anonymous(query(subnet, { arg: new Uint8Array(3 * 2 ** 20) })))).status).toBe(200);
  });

  test('that breaks off is nobody\'s concern', async () => {
    await new Promise<void>((resolve) => {
      const sent = httpRequest({ host: '127.0.0.1', port: server.port, path: url('call', 3), method: 'POST', headers: { 'content-type': 'application/cbor', 'content-length': 100 } });
      sent.on('error', () => undefined);
      sent.on('close', () => {
        resolve();
      });
      sent.write('x', () => sent.destroy());
    });
    expect((await post(server, url('call', 3), await anonymous(call(subnet)))).status).toBe(200);
  });
});

describe('the content of a call', () => {
  const wrong: [string, Fields, string][] = [
    ['another type', { request_type: 'query' }, 'request_type is "query", but this endpoint takes "call"'],
    ['no type', { request_type: undefined }, 'request_type must be a text'],
    ['no canister', { canister_id: undefined }, 'canister_id must be a principal'],
    ['a canister in text', { canister_id: COUNTER.toText() }, 'canister_id must be a principal'],
    ['a canister that is too long', { canister_id: new Uint8Array(30) }, 'canister_id must be a principal'],
    ['no method', { method_name: undefined }, 'method_name must be a text'],
    ['a method in bytes', { method_name: new Uint8Array(3) }, 'method_name must be a text'],
    ['no argument', { arg: undefined }, 'arg must be a blob'],
    ['an argument in text', { arg: 'DIDL' }, 'arg must be a blob'],
    ['no expiry', { ingress_expiry: undefined }, 'ingress_expiry must be a natural number of at most 64 bits'],
    ['a negative expiry', { ingress_expiry: -1 }, 'ingress_expiry must be a natural number of at most 64 bits'],
    ['an expiry in text', { ingress_expiry: '1' }, 'ingress_expiry must be a natural number of at most 64 bits'],
    ['a nonce that is too long', { nonce: new Uint8Array(33) }, 'the nonce has 33 bytes, of at most 32'],
    ['a nonce that is no blob', { nonce: 'x' }, 'nonce must be a blob'],
    ['a sender_info', { sender_info: { info: new Uint8Array() } }, 'sender_info needs a canister signature, which the local IC does not support'],
    ['a field that has no hash', { more: -5 }, 'the content has no request id'],
  ];
  test.each(wrong)('with %s is refused', async (_what, more, reason) => {
    for (const version of [2, 3, 4]) await refused(url('call', version), { content: { ...call(subnet), ...more } }, 400, `Malformed request: ${reason}`);
  });

  test('needs a sender', async () => {
    await refused(url('call', 2), { content: { ...call(subnet), sender: undefined } }, 400, 'sender must be a principal');
    await refused(url('call', 2), { content: { ...call(subnet), sender: new Uint8Array(30) } }, 400, 'sender must be a principal');
  });

  test('may have a nonce of 32 bytes, nulls, and fields yet unknown', async () => {
    const content = { ...call(subnet), nonce: new Uint8Array(32), sender_info: null, novelty: ['x', { y: 1 }] };
    expect((await post(server, url('call', 3), { content })).status).toBe(200);
  });

  test('need not be tagged', async () => {
    const body = encode(await signed(call(subnet)));
    expect([...body.subarray(0, 3)]).toEqual([0xd9, 0xd9, 0xf7]);
    expect((await post(server, url('call', 3), body.slice(3))).status).toBe(200);
  });
});

describe('the expiry', () => {
  const SECOND = 1_000_000_000n;
  const expiring = (inNanoseconds: bigint) => ({ ingress_expiry: subnet.now() + inNanoseconds });

  test.each([['past', -SECOND], ['more than five minutes and a half ahead', minutes(5) + 40n * SECOND]])('must not be %s', async (_what, ahead) => {
    const reason = 'Invalid request expiry: Specified ingress_expiry not within expected range: Minimum allowed expiry: ';
    await refused(url('call', 2), await anonymous(call(subnet, expiring(ahead))), 400, reason);
    await refused(url('call', 3), await signed(call(subnet, expiring(ahead))), 400, reason);
    await refused(url('query', 2), await signed(query(subnet, expiring(ahead))), 400, reason);
    await refused(url('read_state', 2), await signed(readState(subnet, [['time']], expiring(ahead))), 400, reason);
  });

  test('says the times that it is about', async () => {
    const { text } = await post(server, url('call', 2), await anonymous(call(subnet, { ingress_expiry: 1_746_189_480_005_285_297n })));
    expect(text).toContain('Provided expiry: 2025-05-02 12:38:00.005285297 UTC');
  });

  test('can be up to there, by the subnet\'s clock', async () => {
    subnet.advance(minutes(60));
    expect((await post(server, url('call', 3), await signed(call(subnet, expiring(minutes(5) + 20n * SECOND))))).status).toBe(200);
  });

  test('can be any for what is anonymous and only read', async () => {
    expect((await post(server, url('query', 2), await anonymous(query(subnet, { ingress_expiry: 0 })))).status).toBe(200);
    expect((await post(server, url('read_state', 2), await anonymous(readState(subnet, [['time']], { ingress_expiry: 2n ** 64n - 1n })))).status).toBe(200);
  });
});

describe('the effective canister id', () => {
  const about = (canister: Principal) => new Uint8Array(IDL.encode([IDL.Record({ canister_id: IDL.Principal })], [{ canister_id: canister }]));
  const management = (method_name: string, arg = new Uint8Array()) => call(subnet, { canister_id: MANAGEMENT.toUint8Array(), method_name, arg });

  test('is the canister\'s', async () => {
    await refused(url('call', 3, EMPTY), await anonymous(call(subnet)), 400, 'does not match effective canister id in URL');
    await refused(url('query', 3, EMPTY), await anonymous(query(subnet)), 400, 'does not match effective canister id in URL');
  });

  test('of a management call is that of the canister it is about', async () => {
    await refused(url('call', 3, EMPTY), await anonymous(management('canister_status', about(COUNTER))), 400, 'does not match effective canister id in URL');
    await refused(url('query', 3, EMPTY), await anonymous({ ...management('canister_status', about(COUNTER)), request_type: 'query' }), 400, 'does not match effective canister id in URL');
    expect((await post(server, url('call', 3), await anonymous(management('canister_status', about(COUNTER))))).status).toBe(200);
    expect((await post(server, url('call', 3, NOWHERE), await anonymous(management('provisional_create_canister_with_cycles')))).status).toBe(200);
  });

  test('is any where the subnet says no anyway', async () => {
    expect((await post(server, url('call', 3), await anonymous(management('unwanted')))).map).toMatchObject({ status: 'non_replicated_rejection' });
  });
});
