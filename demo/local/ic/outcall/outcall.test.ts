import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { LocalIc, type LocalIcOptions, RejectCode } from '../index.js';
import { outcallBaseV2, outcallPriceV1 } from '../prices.js';
import { decodeHttpResult, type Outcall, outcallArgument, TestServer } from '../testing/outcalls.js';
import { callThrough, proxyCanister } from '../testing/proxy-canister.js';
import { NO_ARGUMENT } from '../testing/wat.js';
import { TransformArgs } from './candid.js';
import { threshold } from './consensus.js';

const T = 1_000_000_000_000n;
const MANAGEMENT = Principal.managementCanister();

/** `echo` gives back its whole argument, so that a test can see what the transform was given. */
const TRANSFORMS = `
  (data (i32.const 3000) "same for all")
  (func (export "canister_query constant") (call $reply_bytes (i32.const 3000) (i32.const 12)))
  (func (export "canister_query echo")
    (call $msg_arg_data_copy (i32.const 4096) (i32.const 0) (call $msg_arg_data_size))
    (call $reply_bytes (i32.const 4096) (call $msg_arg_data_size)))
  (func (export "canister_query caller")
    (call $msg_caller_copy (i32.const 64) (i32.const 0) (call $msg_caller_size))
    (call $reply_bytes (i32.const 64) (call $msg_caller_size)))
  (func (export "canister_query large") (call $reply_bytes (i32.const 4096) (i32.const 1001)))
  (func (export "canister_query traps") (unreachable))
  (func (export "canister_query timer") (call $reply_i64 (call $global_timer_set (i64.const 1))))
  ;; As in a module that ic-wasm has instrumented: the last i64 counts instructions.
  (global $counter (mut i64) (i64.const 0))
  (func (export "canister_query __get_cycles"))
  (func (export "canister_query long") (global.set $counter (i64.const 13000000000)) (call $reply_i32 (i32.const 0)))
  (global $seen (mut i32) (i32.const 0))
  (func (export "canister_query counting")
    (global.set $seen (i32.add (global.get $seen) (i32.const 1)))
    (call $reply_i32 (global.get $seen)))
`;

const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of close.splice(0)) await end();
});

async function world(answer: RequestListener, options: LocalIcOptions = {}) {
  const server = await TestServer.start(answer);
  const ic = new LocalIc({ outcallHosts: { 'api.test': server.url }, ...options });
  close.push(() => server.close(), () => ic.close());
  const id = ic.createCanister({ cycles: T });
  await ic.install(id, proxyCanister(TRANSFORMS), NO_ARGUMENT);
  const outcall = (request: Partial<Outcall> & { transformBy?: string }, cycles = 100_000_000n) => {
    const { transformBy, ...rest } = request;
    const payload = outcallArgument({ url: 'https://api.test/', maxResponseBytes: 1_000n, ...(transformBy === undefined ? {} : { transform: [id, transformBy] }), ...rest });
    return callThrough(ic, id, { callee: MANAGEMENT, method: 'http_request', payload, cycles });
  };
  return { ic, id, outcall };
}

/** A different body for each request. */
function counting(): { listener: RequestListener; count: () => number } {
  let count = 0;
  return { listener: (_request, response) => response.end(`answer ${(count += 1)}`), count: () => count };
}

describe('what the server is asked', () => {
  test('is the request, with the host of its URL and a user-agent', async () => {
    const seen: unknown[] = [];
    const { outcall } = await world((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
        seen.push([request.method, request.url, request.headers.host, request.headers['user-agent'], request.headers['x-twice'], body]);
        response.end();
      });
    });
    await outcall({ url: 'https://api.test/v1/things?a=%20b', method: 'post', body: Buffer.from('hello'), headers: [{ name: 'X-Twice', value: '1' }, { name: 'x-twice', value: '2' }] });
    await outcall({ headers: [{ name: 'User-Agent', value: 'mine' }] });
    expect(seen).toEqual([
      ['POST', '/v1/things?a=%20b', 'api.test', 'ic/1.0', '1, 2', 'hello'],
      ['GET', '/', 'api.test', 'mine', undefined, ''],
    ]);
  });

  test('a redirect is not followed', async () => {
    const server = counting();
    const { outcall } = await world((request, response) => {
      server.listener(request, response.writeHead(302, { location: '/elsewhere' }));
    });
    const answer = decodeHttpResult((await outcall({})).data);
    expect([answer.status, server.count()]).toEqual([302n, 1]);
    expect(answer.headers).toContainEqual({ name: 'location', value: '/elsewhere' });
  });

  test.each(['put', 'delete', 'patch'])('%s is for non-replicated requests only', async (method) => {
    const { outcall } = await world((request, response) => response.end(request.method));
    expect(await outcall({ method })).toMatchObject({ code: RejectCode.CanisterReject, refunded: 100_000_000n, message: expect.stringContaining('non-replicated') as string });
    expect(Buffer.from(decodeHttpResult((await outcall({ method, replicated: false })).data).body).toString()).toBe(method.toUpperCase());
  });
});

describe('agreement', () => {
  test.each([[1, 1], [4, 3], [13, 9]])('of %i nodes takes %i', (nodes, needed) => {
    expect(threshold(nodes)).toBe(needed);
  });

  test.each([4, 13])('%i nodes ask once each, and agree on what is the same', async (nodes) => {
    let count = 0;
    const { outcall } = await world((_request, response) => {
      count += 1;
      response.sendDate = false;
      response.end('the same');
    }, { nodes });
    expect(Buffer.from(decodeHttpResult((await outcall({})).data).body).toString()).toBe('the same');
    await expect.poll(() => count).toBe(nodes);
  });

  test.each([4, 13])('%i nodes do not agree on what differs, and the price is paid all the same', async (nodes) => {
    const { outcall, ic, id } = await world(counting().listener, { nodes });
    const answer = await outcall({});
    expect(answer).toMatchObject({ code: RejectCode.SysTransient, message: 'No consensus could be reached. Replicas had different responses.' });
    expect(ic.expenses(id).outcalls).toBe(outcallPriceV1(BigInt('https://api.test/'.length), 1_000n, 13n));
  });

  test.each([4, 13])('%i nodes agree when the transform drops what differs', async (nodes) => {
    const server = counting();
    const { outcall } = await world(server.listener, { nodes });
    expect(await outcall({ transformBy: 'constant' })).toMatchObject({ code: 0, message: 'same for all' });
    await expect.poll(server.count).toBe(nodes);
  });

  test('f nodes out of 3f + 1 may differ, and no more', async () => {
    const differing = async (bad: number) => {
      let count = 0;
      const { outcall } = await world((_request, response) => {
        count += 1;
        response.sendDate = false;
        response.end(count <= bad ? `bad ${count}` : 'good');
      }, { nodes: 13 });
      return (await outcall({})).code;
    };
    expect(await differing(4)).toBe(0);
    expect(await differing(5)).toBe(RejectCode.SysTransient);
  });

  test('a single node decides where is_replicated = opt false', async () => {
    const server = counting();
    const { outcall } = await world(server.listener, { nodes: 13 });
    expect(Buffer.from(decodeHttpResult((await outcall({ replicated: false })).data).body).toString()).toBe('answer 1');
    expect(server.count()).toBe(1);
  });
});

describe('the transform', () => {
  test('is given the raw response and the context, and called by the management canister', async () => {
    const { outcall } = await world((_request, response) => response.writeHead(404, { 'X-Thing': 'Value' }).end('gone'));
    const { data } = await outcall({ transformBy: 'echo', context: Buffer.from('ctx') });
    const [given] = IDL.decode([TransformArgs], data) as unknown as [{ response: { status: bigint; headers: unknown[]; body: Uint8Array }; context: Uint8Array }];
    expect([given.response.status, Buffer.from(given.response.body).toString(), Buffer.from(given.context).toString()]).toEqual([404n, 'gone', 'ctx']);
    expect(given.response.headers).toContainEqual({ name: 'x-thing', value: 'Value' });
    expect(await outcall({ transformBy: 'caller' })).toMatchObject({ code: 0, data: MANAGEMENT.toUint8Array() });
  });

  test.each([
    ['traps', 'unreachable'],
    ['nix', "no query method 'nix'"],
    ['timer', 'ic0.global_timer_set cannot be called from the transform of an HTTPS outcall'],
  ])('that %s rejects the outcall', async (transformBy, message) => {
    const { outcall } = await world(counting().listener, { nodes: 4 });
    expect(await outcall({ transformBy })).toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining(message) as string });
  });

  test('leaves no trace', async () => {
    const { outcall } = await world(counting().listener, { nodes: 4 });
    const first = (await outcall({ transformBy: 'counting' })).data;
    expect((await outcall({ transformBy: 'counting' })).data).toEqual(first);
    expect(first).toEqual(Uint8Array.of(1, 0, 0, 0));
  });

  test('of another canister is refused', async () => {
    const { outcall } = await world(counting().listener);
    expect(await outcall({ transform: [MANAGEMENT, 'constant'] })).toMatchObject({ code: RejectCode.CanisterReject, refunded: 100_000_000n });
  });
});

describe('limits', () => {
  const bare: (body: string) => RequestListener = (body) => (_request, response) => {
    response.sendDate = false;
    response.shouldKeepAlive = false;
    response.writeHead(200, { 'content-length': String(body.length) }).end(body);
  };
  // "content-length: 200", "connection: close"
  const HEADERS = 'content-length200connectionclose'.length;

  test('max_response_bytes counts headers and body of the raw response', async () => {
    const { outcall } = await world(bare('x'.repeat(200)));
    expect((await outcall({ maxResponseBytes: BigInt(200 + HEADERS), transformBy: 'constant' })).code).toBe(0);
    expect(await outcall({ maxResponseBytes: BigInt(199 + HEADERS), transformBy: 'constant' })).toMatchObject({ code: RejectCode.SysFatal, message: `Http body exceeds size limit of ${199 + HEADERS} bytes.` });
    expect(await outcall({ maxResponseBytes: BigInt(HEADERS - 1) })).toMatchObject({ code: RejectCode.SysFatal, message: `Header size exceeds specified response size limit ${HEADERS - 1}` });
  });

  test('it counts what the transform makes of it, too', async () => {
    const { outcall } = await world(bare('x'.repeat(200)));
    expect(await outcall({ transformBy: 'large' })).toMatchObject({ code: RejectCode.SysFatal, message: 'Transformed http response exceeds limit: 1000' });
    expect((await outcall({ transformBy: 'large', maxResponseBytes: 1_001n })).code).toBe(0);
  });

  test('a body without an end is cut off at the limit', async () => {
    const { outcall } = await world((_request, response) => {
      const more = () => {
        if (!response.destroyed) response.write('x'.repeat(1_000), () => setImmediate(more));
      };
      more();
    });
    expect(await outcall({})).toMatchObject({ code: RejectCode.SysFatal, message: 'Http body exceeds size limit of 1000 bytes.' });
  });

  test.each<[string, Partial<Outcall>, number, string]>([
    ['max_response_bytes', { maxResponseBytes: 2_000_001n }, RejectCode.CanisterReject, 'max_response_bytes expected to be in the range [0..2000000], got 2000001'],
    ['the URL', { url: `https://api.test/${'x'.repeat(8_176)}` }, RejectCode.CanisterReject, 'exceeds the limit of 8192'],
    ['the number of headers', { headers: Array.from({ length: 65 }, (_, i) => ({ name: `h${i}`, value: '' })) }, RejectCode.CanisterReject, '65 headers'],
    ['a header', { headers: [{ name: 'h', value: 'x'.repeat(8_193) }] }, RejectCode.CanisterReject, 'exceeds 8192 bytes'],
    ['all headers', { headers: Array.from({ length: 7 }, (_, i) => ({ name: `h${i}`, value: 'x'.repeat(8_000) })) }, RejectCode.CanisterReject, 'of at most 49152'],
    ['the request', { method: 'post', body: new Uint8Array(2_000_001) }, RejectCode.CanisterReject, 'exceed the limit of 2000000'],
    ['http', { url: 'http://api.test/' }, RejectCode.SysFatal, 'Url need to specify https scheme'],
    ['nonsense', { url: 'nonsense' }, RejectCode.SysFatal, 'Failed to parse URL'],
    ['a header that is none', { headers: [{ name: 'a b', value: '' }] }, RejectCode.SysFatal, 'Failed to parse headers'],
  ])('%s', async (_what, request, code, message) => {
    const { outcall } = await world(counting().listener);
    expect(await outcall(request, 100_000_000_000n)).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  test('Candid that is not a request is refused, and costs nothing', async () => {
    const { ic, id } = await world(counting().listener);
    const answer = await callThrough(ic, id, { callee: MANAGEMENT, method: 'http_request', payload: Uint8Array.of(1), cycles: 5n });
    expect(answer).toMatchObject({ code: RejectCode.CanisterReject, refunded: 5n, message: expect.stringContaining('Error decoding candid') as string });
  });
});

describe('trouble', () => {
  test('a server that never answers: Timeout expired', async () => {
    const { outcall } = await world(() => undefined, { outcallTimeoutMs: 50, nodes: 4 });
    expect(await outcall({})).toMatchObject({ code: RejectCode.SysFatal, message: 'Timeout expired' });
  });

  test('a server that stops in the middle: Timeout expired', async () => {
    const { outcall } = await world((_request, response) => response.write('half'), { outcallTimeoutMs: 50, nodes: 4 });
    expect(await outcall({})).toMatchObject({ code: RejectCode.SysFatal, message: 'Timeout expired' });
  });

  test('too many nodes without an answer in time', async () => {
    const server = counting();
    const { outcall } = await world((request, response) => {
      if (server.count() < 2) server.listener(request, response);
    }, { nodes: 4, outcallTimeoutMs: 5_000, subnetTimeoutMs: 50 });
    expect(await outcall({ transformBy: 'constant' })).toMatchObject({ code: RejectCode.SysTransient, message: 'Canister http request timed out' });
  });

  test('nobody listens', async () => {
    const { outcall } = await world(() => undefined, { nodes: 4, outcallHosts: { 'api.test': 'http://localhost:1' } });
    expect(await outcall({})).toMatchObject({ code: RejectCode.SysTransient, message: 'Error(s) while connecting: ECONNREFUSED' });
  });

  test('no such host', async () => {
    const { outcall } = await world(() => undefined);
    expect(await outcall({ url: 'https://no-such-host.invalid/' })).toMatchObject({ code: RejectCode.SysTransient, message: expect.stringMatching(/^Error\(s\) while connecting: E/) as string });
  });

  test('the connection is cut before an answer', async () => {
    const { outcall } = await world((request) => request.socket.destroy(), { nodes: 4 });
    expect(await outcall({})).toMatchObject({ code: RejectCode.SysTransient, message: 'Error(s) while connecting: ECONNRESET' });
  });

  test('the connection is cut in the middle', async () => {
    const { outcall } = await world((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    }, { nodes: 4 });
    expect(await outcall({})).toMatchObject({ code: RejectCode.SysTransient, message: 'Failed to fetch body: ECONNRESET' });
  });

  test('something that does not speak HTTP', async () => {
    const server = await new Promise<Server>((resolve) => {
      const tcp = createTcpServer((socket) => socket.resume().end('nonsense\r\n\r\n')).listen(0, 'localhost', () => {
        resolve(tcp);
      });
    });
    close.push(() => new Promise((resolve) => server.close(() => {
      resolve();
    })));
    const { port } = server.address() as { port: number };
    const { outcall } = await world(() => undefined, { outcallHosts: { 'api.test': `http://localhost:${port}` } });
    expect((await outcall({})).code).toBe(RejectCode.SysTransient);
  });

  test('closing cuts an outcall off', async () => {
    const { outcall, ic } = await world(() => undefined);
    const pending = outcall({});
    await new Promise((resolve) => setTimeout(resolve, 30));
    await ic.close();
    expect((await pending).code).toBe(RejectCode.SysTransient);
  });
});

describe('the price', () => {
  const URL_BYTES = BigInt('https://api.test/'.length);
  const size = (payload: Uint8Array) => BigInt(payload.length);

  test('by version 1 is that of 13 nodes, whatever is simulated', () => {
    expect(outcallPriceV1(0n, 0n, 13n)).toBe(49_140_000n);
    expect(outcallPriceV1(1n, 1n, 13n) - outcallPriceV1(0n, 0n, 13n)).toBe(5_200n + 10_400n);
  });

  test.each([undefined, 1, 3])('by pricing_version %s: too little is rejected and comes back, a surplus comes back', async (pricingVersion) => {
    const { outcall, ic, id } = await world(counting().listener);
    const price = outcallPriceV1(URL_BYTES + 3n + 8n, 1_000n, 13n);
    const request = { transformBy: 'constant', context: Buffer.from('ctx'), ...(pricingVersion === undefined ? {} : { pricingVersion }) };
    expect(await outcall(request, price - 1n)).toMatchObject({
      code: RejectCode.CanisterReject,
      refunded: price - 1n,
      message: `http_request request sent with ${price - 1n} cycles, but ${price} cycles are required.`,
    });
    expect(ic.expenses(id).outcalls).toBe(0n);
    expect(await outcall(request, price + 5n)).toMatchObject({ code: 0, refunded: 5n });
    expect(ic.expenses(id).outcalls).toBe(price);
  });

  test('by version 1 counts a limit of 2,000,000 bytes when none is set', async () => {
    const { outcall } = await world(counting().listener);
    const answer = await outcall({ maxResponseBytes: undefined }, 0n);
    expect(answer.message).toContain(`but ${outcallPriceV1(URL_BYTES, 2_000_000n, 13n)} cycles`);
  });

  const BASE = outcallBaseV2(URL_BYTES + 8n, true, 13n);
  test('by version 2 is for what was used; the rest comes back', async () => {
    expect(outcallBaseV2(0n, true, 13n)).toBe(13n * (1_000_000n + 140_000n * 13n + 800n * 169n));
    const { outcall, ic, id } = await world((_request, response) => {
      response.end('x'.repeat(500));
    }, { nodes: 4 });
    const answer = await outcall({ pricingVersion: 2, transformBy: 'constant' }, 1_000_000_000n);
    expect(answer.code).toBe(0);
    const charged = 1_000_000_000n - answer.refunded;
    // Base and delivery are exact; bytes and milliseconds of 13 nodes come on top.
    const delivery = 13n * 730n * size(answer.data);
    expect(charged).toBeGreaterThan(BASE + delivery + 13n * 50n * 500n);
    expect(charged).toBeLessThan(BASE + delivery + 13n * (50n * 1_000n + 300n * 2_000n));
    expect(ic.expenses(id).outcalls).toBe(charged);
  });

  test('by version 2 is also for what the transform takes, and ends where the cycles do', async () => {
    const { outcall } = await world((_request, response) => response.end('fine'));
    const perNode = 1_000_000_000n; // a thirteenth of its instructions
    const answer = await outcall({ pricingVersion: 2, transformBy: 'long' }, 15n * perNode);
    expect(answer.code).toBe(0);
    expect(15n * perNode - answer.refunded).toBeGreaterThan(13n * perNode);
    expect(await outcall({ pricingVersion: 2, transformBy: 'long' }, 12n * perNode)).toMatchObject({ code: RejectCode.CanisterReject, refunded: 0n, message: expect.stringContaining('Out of cycles') as string });
  });

  test('by version 2: less than the base fee is rejected', async () => {
    const { outcall } = await world(counting().listener);
    expect(await outcall({ pricingVersion: 2, transformBy: 'constant' }, BASE - 1n)).toMatchObject({
      code: RejectCode.CanisterReject, refunded: BASE - 1n, message: `http_request request sent with ${BASE - 1n} cycles, but ${BASE} cycles are required.`,
    });
  });

  test('by version 2: too little beyond it is accepted, and fails midway', async () => {
    const { outcall } = await world((_request, response) => response.end('x'.repeat(10_000)), { nodes: 4 });
    const v2 = { pricingVersion: 2, transformBy: 'constant', maxResponseBytes: 20_000n };
    // Enough for 4,000 bytes at each of 13 nodes, where 10,000 come.
    expect(await outcall(v2, BASE + 13n * 50n * 4_000n)).toMatchObject({ code: RejectCode.SysFatal, message: 'Http body exceeds size limit of 4000 bytes.' });
    // Enough to wait 20 ms, and then nothing is left to deliver even the reject with.
    const { outcall: unanswered } = await world(() => undefined, { nodes: 4 });
    expect(await unanswered(v2, BASE + 13n * 300n * 20n)).toMatchObject({ code: RejectCode.CanisterReject, message: expect.stringContaining('Out of cycles') as string, refunded: 0n });
  });
});
