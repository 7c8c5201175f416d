import type { Principal } from '@dfinity/principal';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { LocalIc, startGateway } from '../index.js';
import { rootHash } from '../certification/hash-tree.js';
import { CERTIFICATE, certifiedCanister } from '../testing/certified-canister.js';
import { canister, NO_ARGUMENT } from '../testing/wat.js';
import { answer, certificateFields, type Certified, certifiedTree, decodeRequest, send as sendTo, type Sent } from './testing.js';

const data = (at: number, bytes: Uint8Array) => `(data (i32.const ${at}) "${[...bytes].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}")`;
const method = (name: string, at: number, bytes: Uint8Array) => `
  ${data(at, bytes)}
  (func (export "${name}") (call $reply_bytes (i32.const ${at}) (i32.const ${bytes.length})))`;

/** A canister that answers every query, and every update, with the same. */
const answering = (query: Uint8Array, update = answer({})) =>
  canister(method('canister_query http_request', 4_096, query) + method('canister_update http_request_update', 500_000, update));

let ic: LocalIc;
let gateway: Listening;
beforeEach(async () => {
  ic = new LocalIc();
  gateway = await startGateway(ic, { port: 0 });
});
afterEach(async () => {
  await gateway.close();
  await ic.close();
});

const send = (sent: Sent) => sendTo(gateway.port, sent);

async function install(wasm: Uint8Array): Promise<Principal> {
  const id = ic.createCanister();
  await ic.install(id, wasm, NO_ARGUMENT);
  return id;
}

describe('hosts', () => {
  test('the raw host passes on whatever a query answers', async () => {
    const id = await install(answering(answer({ status: 418, headers: [['x-thing', 'a'], ['X-Thing', 'b']], body: Buffer.from('tea') })));
    expect(await send({ host: `${id.toText()}.raw.localhost` })).toMatchObject({ status: 418, text: 'tea', headers: { 'x-thing': 'a, b' } });
  });

  test('the verified host refuses a query answer, and says what to do', async () => {
    const id = await install(answering(answer({ body: Buffer.from('secret') })));
    for (const host of [`${id.toText()}.localhost`, 'localhost']) {
      const got = await send({ host, path: `/?canisterId=${id.toText()}` });
      expect(got).toMatchObject({ status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } });
      expect(got.text).toContain('Response verification error');
      expect(got.text).toContain('upgrade = opt true');
      expect(got.text).toContain(`${id.toText()}.raw.localhost`);
      expect(got.text).not.toContain('secret');
    }
  });

  test.each(['.localhost', '.raw.localhost'])('on %s an upgraded request is answered by the update, with all its headers', async (suffix) => {
    const id = await install(answering(answer({ body: Buffer.from('ignored'), upgrade: true }), answer({ status: 201, headers: [['x-from', 'update']], body: Buffer.from('updated') })));
    expect(await send({ host: `${id.toText()}${suffix}` })).toMatchObject({ status: 201, text: 'updated', headers: { 'x-from': 'update' } });
  });

  test('the canister is found by canisterId, of the request or of the page that refers to it', async () => {
    const id = await install(answering(answer({ upgrade: true })));
    expect((await send({ path: `/a?b=c&canisterId=${id.toText()}` })).status).toBe(200);
    expect((await send({ path: '/script.js', headers: { referer: `http://localhost/?canisterId=${id.toText()}` } })).status).toBe(200);
    expect(await send({ path: '/' })).toMatchObject({ status: 400, text: expect.stringContaining('?canisterId=<canister-id>') as string });
  });

  test.each([
    ['an unknown canister', 'ryjl3-tyaaa-aaaaa-aaaba-cai.localhost', '/', 404, 'there is no canister ryjl3-tyaaa-aaaaa-aaaba-cai'],
    ['what is not a canister id', 'nonsense.localhost', '/', 400, '"nonsense" is not a canister id'],
    ['what is not one either', 'localhost', '/?canisterId=', 400, '"" is not a canister id'],
  ])('%s is refused', async (_what, host, path, status, text) => {
    const got = await send({ host, path });
    expect(got).toMatchObject({ status, text: expect.stringContaining(text) as string });
  });

  test('both loopback addresses answer', async () => {
    const id = await install(answering(answer({ upgrade: true })));
    for (const address of ['127.0.0.1', '::1']) expect((await send({ host: `${id.toText()}.localhost`, address })).status).toBe(200);
  });
});

describe('a certified answer', () => {
  const BODY = Buffer.from('the certified body');
  const EXPRESSION = 'default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:["content-type"]}}}})';
  const PAGE: Certified = { path: ['page', '<$>'], expression: EXPRESSION, response: { headers: { 'content-type': 'text/plain' }, body: BODY } };

  async function installCertified(headers: [string, string][] = []): Promise<{ id: Principal; host: string }> {
    const tree = certifiedTree(PAGE);
    const response = answer({ body: BODY, headers: [['Content-Type', 'text/plain'], ['x-uncertified', 'whatever'], ['IC-Certificate', CERTIFICATE], ['IC-CertificateExpression', EXPRESSION], ...headers] });
    const id = await install(certifiedCanister({ certifiedData: rootHash(tree), response, fields: certificateFields(tree, PAGE.path) }));
    return { id, host: `${id.toText()}.localhost` };
  }

  test('passes from the Wasm to the client, with its certified headers', async () => {
    const { id, host } = await installCertified();
    const got = await send({ host, path: '/page' });
    expect(got).toMatchObject({ status: 200, text: 'the certified body', headers: { 'content-type': 'text/plain', 'ic-certificateexpression': EXPRESSION, 'access-control-allow-origin': '*' } });
    expect(got.headers).not.toHaveProperty('x-uncertified');
    expect((await send({ path: `/page?canisterId=${id.toText()}` })).text).toBe('the certified body');
    expect((await send({ host: `${id.toText()}.raw.localhost`, path: '/page' })).headers).toHaveProperty('x-uncertified');
  });

  test('is refused for a path that it is not certified for, or once the canister certifies something else', async () => {
    const { id, host } = await installCertified();
    expect((await send({ host, path: '/pages' })).status).toBe(503);
    expect((await send({ host, path: '/page?one' })).status).toBe(200);
    await ic.update(id, 'certify', new Uint8Array(32));
    expect((await send({ host, path: '/page?two' })).status).toBe(503);
    expect((await send({ host, path: '/page?one' })).status).toBe(200); // out of the cache
  });
});

describe('the cache', () => {
  /** Counts update calls in the body of its answers. */
  const counting = (headers: [string, string][] = []) => {
    const reply = answer({ body: Buffer.from('0'), headers });
    const at = 500_000 + Buffer.from(reply).lastIndexOf('0');
    return canister(`
      ${method('canister_query http_request', 4_096, answer({ upgrade: true }))}
      ${data(500_000, reply)}
      (func (export "canister_update http_request_update")
        (i32.store8 (i32.const ${at}) (i32.add (i32.load8_u (i32.const ${at})) (i32.const 1)))
        (call $reply_bytes (i32.const 500000) (i32.const ${reply.length})))`);
  };
  /** A number of lookups of `/`, at most a digit. */
  async function texts(host: string, count: number, sent: Sent = {}): Promise<string[]> {
    const got: string[] = [];
    for (let index = 0; index < count; index++) got.push((await send({ host, ...sent })).text);
    return got;
  }

  test('keeps the answers of update calls to GET for 10 seconds of the time of the local IC', async () => {
    const host = `${(await install(counting())).toText()}.localhost`;
    expect(await texts(host, 2)).toEqual(['1', '1']);
    await ic.advanceTime(10_000);
    expect(await texts(host, 2)).toEqual(['2', '2']);
    expect(await texts(host, 2, { method: 'POST' })).toEqual(['3', '4']);
    expect((await send({ host })).headers).toHaveProperty('x-cache-ttl');
  });

  test('keeps none with no-store, nor when it is turned off', async () => {
    expect(await texts(`${(await install(counting([['cache-control', 'no-store']]))).toText()}.localhost`, 2)).toEqual(['1', '2']);
    await gateway.close();
    gateway = await startGateway(ic, { port: 0, cacheSeconds: 0 });
    expect(await texts(`${(await install(counting())).toText()}.localhost`, 2)).toEqual(['1', '2']);
  });

  test('says the CORS headers that are missing, each time', async () => {
    const host = `${(await install(counting())).toText()}.localhost`;
    for (let time = 0; time < 2; time++) expect((await send({ host })).headers['access-control-allow-origin']).toBe('*');
  });
});

test('the API comes first, on any host, and leaves to canisters what it does not answer', async () => {
  await gateway.close();
  gateway = await startGateway(ic, {
    port: 0,
    api: {
      handle: (request, response) => {
        if (!request.url?.startsWith('/api/')) return Promise.resolve(false);
        if (request.url === '/api/trouble') return Promise.reject(new Error('trouble'));
        response.writeHead(202).end(`${request.method ?? ''} answered`);
        return Promise.resolve(true);
      },
    },
  });
  const id = await install(answering(answer({ body: Buffer.from('the canister') })));
  for (const host of ['localhost', `${id.toText()}.raw.localhost`]) {
    for (const verb of ['POST', 'OPTIONS']) expect(await send({ host, path: '/api/v2/status', method: verb })).toMatchObject({ status: 202, text: `${verb} answered` });
  }
  expect((await send({ host: `${id.toText()}.raw.localhost`, path: '/apis' })).text).toBe('the canister');
  expect(await send({ path: '/api/trouble' })).toMatchObject({ status: 500, text: expect.stringContaining('trouble') as string });
});

test('the canister is given method, whole URL, headers and body, and certificate_version 2', async () => {
  // A query that replies with an HttpResponse whose body is its own argument would need Candid in Wasm: the update traps with it instead.
  const id = await install(canister(`
    ${method('canister_query http_request', 4_096, answer({ upgrade: true }))}
    (func (export "canister_update http_request_update")
      (call $msg_arg_data_copy (i32.const 500000) (i32.const 0) (call $msg_arg_data_size))
      (call $trap (i32.const 500000) (call $msg_arg_data_size)))
    (func (export "canister_query argument") (call $reply_i32 (i32.const 0)))`));
  const got = await send({ host: `${id.toText()}.localhost`, path: '/a%20b?c=d&c=e', method: 'POST', headers: { 'X-Mixed': 'Case' }, body: Buffer.from('the body') });
  for (const part of ['/a%20b?c=d&c=e', 'POST', 'x-mixed', 'Case', `${id.toText()}.localhost:${gateway.port}`, 'the body']) expect(got.text).toContain(part);
});

test('the query, and only the query, is told certificate_version 2', async () => {
  const seen: Uint8Array[] = [];
  const spy = Object.assign(Object.create(ic) as LocalIc, {
    hasCanister: () => true,
    query: (_id: Principal, _method: string, argument: Uint8Array) => {
      seen.push(argument);
      return Promise.resolve(answer({ upgrade: true }));
    },
    update: (_id: Principal, _method: string, argument: Uint8Array) => {
      seen.push(argument);
      return Promise.resolve(answer({}));
    },
  });
  const other = await startGateway(spy, { port: 0 });
  try {
    await fetch(`http://127.0.0.1:${other.port}/x?canisterId=aaaaa-aa`, { method: 'PUT', body: 'hello' });
  } finally {
    await other.close();
  }
  const [query, update] = seen.map(decodeRequest);
  expect(query).toMatchObject({ method: 'PUT', url: '/x?canisterId=aaaaa-aa', certificate_version: [2] });
  expect(Buffer.from(query.body).toString()).toBe('hello');
  expect(update).toEqual({ ...query, certificate_version: [] });
});

describe('cross-origin requests', () => {
  test('a preflight is answered by the gateway, even where there is no canister', async () => {
    const got = await send({ host: 'ryjl3-tyaaa-aaaaa-aaaba-cai.localhost', method: 'OPTIONS', headers: { origin: 'https://shop.test', 'access-control-request-method': 'GET' } });
    expect(got).toMatchObject({ status: 200, text: '', headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'HEAD, GET, POST, PUT, DELETE, PATCH', 'access-control-max-age': '7200' } });
    expect(got.headers['access-control-allow-headers']).toContain('content-type');
    expect(got.headers['access-control-allow-headers']).not.toContain('authorization');
  });

  test('missing headers are added to a response, and those there are kept', async () => {
    const id = await install(answering(answer({ headers: [['Access-Control-Expose-Headers', 'retry-after']] })));
    const { headers } = await send({ host: `${id.toText()}.raw.localhost` });
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' });
  });

  test('errors of the gateway can be read by scripts, too', async () => {
    expect((await send({})).headers['access-control-allow-origin']).toBe('*');
  });
});

describe('trouble', () => {
  test.each([
    ['a trap', canister('(func (export "canister_query http_request") (unreachable))'), 'reject code 5 (CanisterError)', 'unreachable'],
    ['a reject', canister('(func (export "canister_query http_request") (call $msg_reject (i32.const 0) (i32.const 0)))'), 'reject code 4 (CanisterReject)', ''],
    ['no http_request', canister(''), 'reject code 5 (CanisterError)', "no query method 'http_request'"],
    ['a reply that is no HttpResponse', answering(Uint8Array.of(1, 2, 3)), 'not an HttpResponse', ''],
    ['a status that is none', answering(answer({ status: 42 })), 'not valid HTTP', ''],
    ['a header that is none', answering(answer({ headers: [['a b', 'c']] })), 'not valid HTTP', ''],
    ['a header that would split the response', answering(answer({ headers: [['a', 'b\r\nset-cookie: c']] })), 'not valid HTTP', ''],
  ])('%s is told in plain text', async (_what, wasm, ...texts) => {
    const id = await install(wasm);
    const got = await send({ host: `${id.toText()}.raw.localhost` });
    expect(got).toMatchObject({ status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    for (const text of texts) expect(got.text).toContain(text);
  });

  test("a canister's own content-length does not count", async () => {
    const id = await install(answering(answer({ headers: [['content-length', '1'], ['transfer-encoding', 'chunked']], body: Buffer.from('whole') })));
    expect((await send({ host: `${id.toText()}.raw.localhost` })).text).toBe('whole');
  });

  test('a body of more than 2 MiB is too large', async () => {
    const id = await install(answering(answer({ upgrade: true })));
    const host = `${id.toText()}.localhost`;
    expect((await send({ host, method: 'POST', body: new Uint8Array(1_900_000) })).status).toBe(200);
    expect(await send({ host, method: 'POST', body: new Uint8Array(8 * 2 ** 20) })).toMatchObject({ status: 413, text: expect.stringContaining('too large') as string });
  });

  test.each(['nonsense\r\n\r\n', 'GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nab', 'GET *?canisterId=aaaaa-aa HTTP/1.1\r\nhost: localhost\r\n\r\n'])('the gateway survives %j', async (raw) => {
    await new Promise<void>((resolve) => {
      const socket = connect(gateway.port, '127.0.0.1', () => socket.end(raw));
      socket.resume().on('close', () => {
        resolve();
      });
      socket.on('error', () => undefined);
    });
    expect((await send({})).status).toBe(400);
  });

  test('a port that is taken is told', async () => {
    await expect(startGateway(ic, { port: gateway.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const six = await startGateway(ic, { port: 0, host: '::1' });
    await expect(startGateway(ic, { port: six.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await six.close();
  });
});
