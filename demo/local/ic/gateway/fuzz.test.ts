import { IDL } from '@dfinity/candid';
import fc from 'fast-check';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { createAgentApi, LocalIc, startGateway } from '../index.js';
import { canister, NO_ARGUMENT, readI32 } from '../testing/wat.js';

const Headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
const Response = IDL.Record({ status_code: IDL.Nat16, headers: Headers, body: IDL.Vec(IDL.Nat8) });
const FINE = new Uint8Array(IDL.encode([Response], [{ status_code: 200, headers: [], body: Buffer.from('fine') }]));

let ic: LocalIc;
let gateway: Listening;
let host: string;
let bumped: () => Promise<number>;
beforeAll(async () => {
  ic = new LocalIc();
  gateway = await startGateway(ic, { port: 0, api: createAgentApi(ic) });
  const id = ic.createCanister();
  // Answers every query; nothing but an update could bump it, and no query asks for one.
  await ic.install(id, canister(`
    (data (i32.const 4096) "${[...FINE].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}")
    (global $bumped (mut i32) (i32.const 0))
    (func (export "canister_query http_request") (call $reply_bytes (i32.const 4096) (i32.const ${FINE.length})))
    (func (export "canister_update bump") (global.set $bumped (i32.add (global.get $bumped) (i32.const 1))) (call $reply_i32 (i32.const 0)))
    (func (export "canister_update http_request_update") (global.set $bumped (i32.add (global.get $bumped) (i32.const 1))) (call $reply_bytes (i32.const 4096) (i32.const ${FINE.length})))
    (func (export "canister_query bumped") (call $reply_i32 (global.get $bumped)))`), NO_ARGUMENT);
  host = `${id.toText()}.raw.localhost`;
  bumped = async () => readI32(await ic.query(id, 'bumped', NO_ARGUMENT));
});
afterAll(async () => {
  await gateway.close();
  await ic.close();
});

/**
 * Sends bytes as they are, and resolves with the first line of the answer once the connection ends.
 * @param patienceMs how long to wait for an answer before hanging up; then the line is empty
 */
function send(bytes: Uint8Array, patienceMs: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
    socket.on('error', () => undefined).on('close', () => {
      resolve(text.split('\r\n')[0] ?? '');
    });
    socket.setTimeout(patienceMs, () => socket.destroy());
  });
}

async function livesOn(): Promise<void> {
  const request = `GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
  expect(await send(Buffer.from(request), 20_000)).toBe('HTTP/1.1 200 OK');
  expect(await bumped()).toBe(0);
}

const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength }).map((value) => value.replaceAll(/[\r\n]/g, ' '));
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT', 'nonsense');
const path = fc.oneof(fc.constant('/'), text(40).map((tail) => `/${tail}`), fc.webPath(), fc.constant('/api/v2/status'), fc.webPath().map((tail) => `/api${tail}`), text(20));
const hosts = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, text(20), fc.constantFrom('localhost', 'aaaaa-aa.localhost', '.localhost', 'x.raw.localhost:99999'));
const header = fc.tuple(fc.oneof(text(12), fc.constantFrom('range', 'referer', 'origin', 'content-length', 'transfer-encoding', 'access-control-request-method', 'cookie')), text(30)).map(([name, value]) => `${name}: ${value}`);

test('whatever bytes come, the gateway lives on', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
    expect(await send(bytes, 100)).toMatch(/^(HTTP\/1\.1 \d{3} .*)?$/);
  }), { numRuns: 50 });
  await livesOn();
});

test('whatever is asked, there is an answer, and no state changes', async () => {
  const request = fc.record({ method, path, hosts, headers: fc.array(header, { maxLength: 5 }), body: fc.uint8Array({ maxLength: 200 }) });
  await fc.assert(fc.asyncProperty(request, async (asked) => {
    const head = [`${asked.method} ${asked.path} HTTP/1.1`, `host: ${asked.hosts || host}`, 'connection: close', ...asked.headers, `content-length: ${asked.body.length}`];
    const line = await send(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), asked.body]), 400);
    // Nothing where the request never ends; never the gateway's own failure.
    expect(line).toMatch(/^(HTTP\/1\.1 (?!500)\d{3} .*)?$/);
  }), { numRuns: 150 });
  await livesOn();
});
