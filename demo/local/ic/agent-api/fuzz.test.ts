import type { Identity } from '@dfinity/agent';
import { DelegationChain, DelegationIdentity, ECDSAKeyIdentity, Ed25519KeyIdentity } from '@dfinity/identity';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { decodeCbor } from '../cbor.js';
import { call, COUNTER, encode, envelope, type Fields, idOf, post, query, readState, serve, TestSubnet, url } from './testing.js';

let subnet: TestSubnet;
let server: Listening;
const identities: Identity[] = [];
beforeAll(async () => {
  subnet = new TestSubnet();
  server = await serve(subnet);
  const key = Ed25519KeyIdentity.generate();
  const session = await ECDSAKeyIdentity.generate();
  const chain = await DelegationChain.create(key, session.getPublicKey(), new Date(Date.now() + 3_600_000), { targets: [COUNTER] });
  identities.push(key, session, DelegationIdentity.fromDelegation(session, chain));
});
afterAll(() => server.close());

const ENDPOINTS = [
  ...[2, 3, 4].map((version) => url('call', version)),
  ...[2, 3].flatMap((version) => [url('query', version), url('read_state', version)]),
];
const endpoint = fc.constantFrom(...ENDPOINTS, '/api/v2/status', '/api/v3/canister/aaaaa-aa/call');
const identity = fc.nat({ max: 2 });

/** Answers that a client can be blamed for, or none at all to blame. */
async function answers(path: string, body: Uint8Array): Promise<number> {
  const { status, text, bytes } = await post(server, path, body);
  expect(status).toBeLessThan(500);
  if (status >= 400) expect(text).not.toBe('');
  else if (status === 200) expect(bytes.length).toBeGreaterThan(0);
  return status;
}

/** The id of the call that an envelope holds, if it holds any. */
function callIn(body: Uint8Array): string | undefined {
  try {
    const { content } = decodeCbor(body) as { content: Fields };
    return hex(idOf(Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null))));
  } catch {
    return undefined;
  }
}

/** Sends what has become of a signed call. Nothing is executed, unless it still is the signed call. */
async function unlessAuthentic(path: string, content: Fields, body: Uint8Array): Promise<void> {
  const before = subnet.count;
  await answers(path, body);
  if (subnet.count !== before) expect(callIn(body)).toBe(hex(idOf(content)));
}

/** A call like no other, so that none is in the history. */
async function signedCall(by: number): Promise<{ content: Fields; whole: Fields }> {
  const as = identities[by];
  const content = { ...call(subnet, { nonce: crypto.getRandomValues(new Uint8Array(16)) }), sender: as.getPrincipal().toUint8Array() };
  return { content, whole: await envelope(content, as) };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('whatever is sent', () => {
  test('bytes', async () => {
    const before = subnet.count;
    await fc.assert(fc.asyncProperty(endpoint, fc.uint8Array({ maxLength: 300 }), async (path, body) => {
      expect(await answers(path, body)).toBeGreaterThanOrEqual(400);
    }), { numRuns: 100 });
    expect(subnet.count).toBe(before);
  }, 60_000);

  test('a path', async () => {
    const part = fc.constantFrom('api', 'v2', 'v3', 'v4', 'canister', 'subnet', COUNTER.toText(), 'aaaaa-aa', 'call', 'query', 'read_state', 'status', '', '..', '%2e', '?', 'constructor', '__proto__');
    await fc.assert(fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
      const { status } = await post(server, `/api/${parts.join('/')}`, new Uint8Array());
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }), { numRuns: 100 });
  }, 60_000);

  test('CBOR', async () => {
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, fc.constant(null), fc.boolean(), fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.string(), fc.uint8Array({ maxLength: 40 }),
        fc.array(tie('any'), { maxLength: 4 }), fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...NAMES)), tie('any'), { maxKeys: 6 })),
    })).any;
    await fc.assert(fc.asyncProperty(endpoint, value, fc.dictionary(fc.constantFrom(...NAMES), value), async (path, whole, content) => {
      const before = subnet.count;
      await answers(path, encode(whole));
      await answers(path, encode({ content }));
      expect(subnet.count).toBe(before);
    }), { numRuns: 70 });
  }, 60_000);
});

const NAMES = [
  'content', 'sender_pubkey', 'sender_sig', 'sender_delegation', 'request_type', 'canister_id', 'method_name', 'arg', 'sender', 'nonce', 'ingress_expiry', 'paths', 'sender_info',
  'delegation', 'signature', 'pubkey', 'expiration', 'targets', 'permissions', '__proto__', 'constructor',
];

describe('whatever becomes of a signed call on its way', () => {
  const callPath = fc.constantFrom(...ENDPOINTS.slice(0, 3));

  test('when bytes of it change', async () => {
    const change = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }) });
    await fc.assert(fc.asyncProperty(callPath, identity, fc.array(change, { minLength: 1, maxLength: 3 }), async (path, by, changes) => {
      const { content, whole } = await signedCall(by);
      const body = encode(whole);
      for (const { at, to } of changes) body[at % body.length] = to;
      await unlessAuthentic(path, content, body);
    }), { numRuns: 120 });
  }, 60_000);

  test('when a part is lost, or comes twice', async () => {
    await fc.assert(fc.asyncProperty(callPath, identity, fc.nat(), fc.nat(), async (path, by, from, to) => {
      const { content, whole } = await signedCall(by);
      const body = encode(whole);
      const [first, last] = [from % body.length, to % body.length].sort((a, b) => a - b);
      await unlessAuthentic(path, content, body.slice(0, last));
      await unlessAuthentic(path, content, new Uint8Array(Buffer.concat([body.slice(0, last), body.slice(first)])));
    }), { numRuns: 100 });
  }, 60_000);

  test('when a field is replaced', async () => {
    const other = fc.oneof(fc.constant(null), fc.nat(), fc.string(), fc.uint8Array({ maxLength: 40 }), fc.constant([]), fc.constant({}));
    const where = fc.constantFrom('content.request_type', 'content.canister_id', 'content.method_name', 'content.arg', 'content.sender', 'content.nonce', 'content.ingress_expiry', 'content.more', 'sender_pubkey', 'sender_sig', 'sender_delegation');
    await fc.assert(fc.asyncProperty(callPath, identity, where, other, async (path, by, name, value) => {
      const { content, whole } = await signedCall(by);
      const [outer, inner] = name.split('.');
      const changed = inner === undefined ? { ...whole, [outer]: value } : { ...whole, content: { ...content, [inner]: value } };
      await unlessAuthentic(path, content, encode(changed));
    }), { numRuns: 100 });
  }, 60_000);

  test('when its proof is another\'s', async () => {
    const names = fc.subarray(['sender_pubkey', 'sender_delegation']);
    await fc.assert(fc.asyncProperty(callPath, identity, fc.nat({ max: 1 }), names, async (path, by, further, replaced) => {
      const { whole } = await signedCall(by);
      const { whole: foreign } = await signedCall((by + 1 + further) % 3);
      const before = subnet.count;
      const changed = { ...whole, ...Object.fromEntries(['sender_sig', ...replaced].map((name) => [name, foreign[name]])) };
      expect(await answers(path, encode(changed))).toBe(400);
      expect(subnet.count).toBe(before);
    }), { numRuns: 60 });
  }, 60_000);
});

test('whatever becomes of a signed query or read_state request, it is no trouble', async () => {
  await fc.assert(fc.asyncProperty(fc.boolean(), identity, fc.nat(), fc.nat({ max: 255 }), async (reads, by, at, to) => {
    const body = encode(await envelope(reads ? readState(subnet, [['time'], ['subnet']]) : query(subnet), identities[by]));
    body[at % body.length] = to;
    const before = subnet.count;
    for (const path of [url(reads ? 'read_state' : 'query', 3), url('call', 3)]) await answers(path, body);
    expect(subnet.count).toBe(before);
  }), { numRuns: 70 });
}, 60_000);
