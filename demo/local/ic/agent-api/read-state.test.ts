import { Cbor, type Certificate, type Identity, lookup_path, LookupPathStatus } from '@dfinity/agent';
import { DelegationChain, DelegationIdentity, Ed25519KeyIdentity } from '@dfinity/identity';
import type { Principal } from '@dfinity/principal';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { call, COUNTER, EMPTY, envelope, type Got, idOf, NOWHERE, post, readState, serve, TestSubnet, url, WASM_HASH } from './testing.js';

type Label = string | Uint8Array;
let subnet: TestSubnet;
let server: Listening;
let me: Identity;
beforeEach(async () => {
  subnet = new TestSubnet();
  server = await serve(subnet);
  me = Ed25519KeyIdentity.generate();
});
afterEach(() => server.close());

/** Asks for paths: by v3, at the counter's URL and anonymously unless something else is said. */
async function ask(paths: readonly (readonly Label[])[], { path = url('read_state', 3), as }: { path?: string; as?: Identity } = {}): Promise<Got> {
  return post(server, path, await envelope(readState(subnet, paths), as));
}

function valueAt(answer: Got, ...path: Label[]): Uint8Array | LookupPathStatus {
  const { tree } = Cbor.decode<Certificate['cert']>(answer.map.certificate as Uint8Array);
  const found = lookup_path(path.map((label) => (typeof label === 'string' ? Buffer.from(label) : label)), tree);
  return found.status === LookupPathStatus.Found ? (found.value) : found.status;
}

const ofSubnet = (version: number, id: Principal = subnet.trust.subnet) => `/api/v${version}/subnet/${id.toText()}/read_state`;
const counter = COUNTER.toUint8Array();
const textOf = (value: unknown) => Buffer.from(value as Uint8Array).toString();

describe('what all may read', () => {
  test('includes the time, which every answer has', async () => {
    for (const paths of [[], [['time']]]) expect((await ask(paths)).status).toBe(200);
    expect(valueAt(await ask([]), 'time')).toBeInstanceOf(Uint8Array);
  });

  test.each([
    ['api_boundary_nodes'], ['api_boundary_nodes/x'], ['api_boundary_nodes/x/domain'], ['api_boundary_nodes/x/ipv4_address'], ['api_boundary_nodes/x/ipv6_address'],
    ['subnet'], ['subnet/x'], ['subnet/x/public_key'], ['subnet/x/type'], ['subnet/x/node'], ['subnet/x/node/y'], ['subnet/x/node/y/public_key'],
  ])('includes /%s', async (path) => {
    for (const version of [2, 3]) {
      expect((await ask([path.split('/')], { path: url('read_state', version) })).status).toBe(200);
      expect((await ask([path.split('/')], { path: ofSubnet(version) })).status).toBe(200);
    }
  });

  test('includes what is known of a canister', async () => {
    const answer = await ask([['canister', counter, 'module_hash'], ['canister', counter, 'controllers'], ['canister', counter, 'canister_creation_timestamp'], ['canister', counter, 'last_install_timestamp'], ['canister', counter, 'metadata', 'candid:service'], ['canister', counter, 'metadata', 'none']]);
    expect(valueAt(answer, 'canister', counter, 'module_hash')).toEqual(new Uint8Array(WASM_HASH));
    expect(textOf(valueAt(answer, 'canister', counter, 'metadata', 'candid:service'))).toBe('service : {}');
    expect(valueAt(answer, 'canister', counter, 'metadata', 'none')).toBe('Absent');
    expect(valueAt(answer, 'canister', counter, 'metadata', 'secret')).not.toBeInstanceOf(Uint8Array);
  });

  test.each([['that is empty', EMPTY], ['that does not exist', NOWHERE]])('includes that a canister %s has no code', async (_what, id) => {
    const answer = await ask([['canister', id.toUint8Array(), 'module_hash'], ['canister', id.toUint8Array(), 'metadata', 'secret']], { path: url('read_state', 3, id) });
    expect(valueAt(answer, 'canister', id.toUint8Array(), 'module_hash')).toBe('Absent');
  });
});

describe('what nobody may read', () => {
  test.each([
    [''], ['nothing'], ['constructor'], ['time/x'], ['canister'], ['canister/x'], ['canister/x/certified_data'], ['canister/x/metadata'], ['canister/x/metadata/y/z'], ['canister/x/module_hash/y'],
    ['request_status'], ['request_status/x/nothing'], ['request_status/x/reply/y'], ['subnet/x/nothing'], ['subnet/x/node/y/nothing'], ['subnet/x/metrics'], ['canister_ranges'], ['canister_ranges/x'], ['canister_ranges/x/y'],
  ])('includes /%s', async (path) => {
    const answer = await ask([['time'], path.split('/')]);
    expect([answer.status, answer.text]).toEqual([404, expect.stringContaining('Invalid path requested')]);
  });

  test('includes labels that look like paths', async () => {
    for (const label of ['subnet/x', 'canister/x/module_hash', '*']) expect((await ask([[label]])).status).toBe(404);
    expect((await ask([['canister', counter, 'metadata/candid:service']])).status).toBe(404);
    expect((await ask([[]])).status).toBe(404);
  });
});

describe('ranges and metrics', () => {
  const ranges = () => ['canister_ranges', subnet.trust.subnet.toUint8Array()];
  const flat = (id = subnet.trust.subnet) => ['subnet', id.toUint8Array(), 'canister_ranges'];

  test('are read at the subnet', async () => {
    for (const version of [2, 3]) {
      expect((await ask([ranges()], { path: ofSubnet(version) })).status).toBe(200);
      expect((await ask([['subnet', subnet.trust.subnet.toUint8Array(), 'metrics']], { path: ofSubnet(version) })).status).toBe(200);
      expect((await ask([['subnet', subnet.trust.rootSubnet.toUint8Array(), 'metrics']], { path: ofSubnet(version) })).status).toBe(404);
      expect((await ask([ranges()], { path: url('read_state', version) })).status).toBe(404);
    }
  });

  test('of one subnet at a time', async () => {
    const answer = await ask([ranges(), ['canister_ranges', subnet.trust.rootSubnet.toUint8Array()]], { path: ofSubnet(3) });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('More than one subnet id in the paths under /canister_ranges')]);
  });

  test('are in the old place by v2 only, but for the root subnet', async () => {
    expect(valueAt(await ask([flat()], { path: url('read_state', 2) }), ...flat())).toBeInstanceOf(Uint8Array);
    expect(valueAt(await ask([['subnet']], { path: url('read_state', 2) }), ...flat())).toBeInstanceOf(Uint8Array);
    expect((await ask([flat()])).status).toBe(404);
    expect(valueAt(await ask([['subnet']]), ...flat())).not.toBeInstanceOf(Uint8Array);
    expect((await ask([flat(subnet.trust.rootSubnet)])).status).toBe(200);
  });

  test.each([
    ['v2 of a canister', () => url('read_state', 2), 'flat'], ['v3 of a canister', () => url('read_state', 3), 'sharded'],
    ['v2 of the subnet', () => ofSubnet(2), 'flat'], ['v3 of the subnet', () => ofSubnet(3), 'none'],
  ])('are delegated by %s in the form of its own', async (_what, path, form) => {
    const { delegation } = Cbor.decode<Certificate['cert']>((await ask([], { path: path() })).map.certificate as Uint8Array);
    if (delegation === undefined) throw new Error('no delegation');
    const { tree } = Cbor.decode<Certificate['cert']>(delegation.certificate);
    const shows = (...labels: Label[]) => ['Found', 'Error'].includes(lookup_path(labels.map((label) => (typeof label === 'string' ? Buffer.from(label) : label)), tree).status);
    expect([shows(...flat()), shows(...ranges())]).toEqual([form === 'flat', form === 'sharded']);
  });
});

describe('the state of a call', () => {
  const mine = async (more = {}) => {
    const content = { ...call(subnet, more), sender: me.getPrincipal().toUint8Array() };
    await post(server, url('call', 2), await envelope(content, me));
    return idOf(content);
  };

  test('is for its sender', async () => {
    const id = await mine();
    expect(textOf(valueAt(await ask([['request_status', id]], { as: me }), 'request_status', id, 'status'))).toBe('replied');
    for (const as of [undefined, Ed25519KeyIdentity.generate()]) {
      const answer = await ask([['time'], ['request_status', id, 'reply']], { as });
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('not signed by the caller')]);
    }
  });

  test('is not there for a call that nobody knows', async () => {
    const id = new Uint8Array(32).fill(7);
    expect(valueAt(await ask([['request_status', id, 'status']]), 'request_status', id, 'status')).toBe('Absent');
  });

  test('is at the URL of the call', async () => {
    const id = await mine();
    for (const path of [url('read_state', 3, EMPTY), ofSubnet(3)]) {
      const answer = await ask([['request_status', id]], { as: me, path });
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`The call was sent to the effective canister id ${COUNTER.toText()}`)]);
    }
  });

  test('is for delegations that are for its canister', async () => {
    const id = await mine();
    const session = Ed25519KeyIdentity.generate();
    const as = async (target: Principal) => DelegationIdentity.fromDelegation(session, await DelegationChain.create(me as Ed25519KeyIdentity, session.getPublicKey(), new Date(Date.now() + 60_000), { targets: [target] }));
    expect((await ask([['request_status', id]], { as: await as(COUNTER) })).status).toBe(200);
    const answer = await ask([['request_status', id]], { as: await as(EMPTY) });
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('not belonging to sender delegation targets')]);
  });

  test('is read of one call at a time, by its whole id', async () => {
    const [one, two] = [await mine(), await mine({ nonce: Uint8Array.of(1) })];
    expect((await ask([['request_status', one, 'status'], ['request_status', one, 'reply']], { as: me })).status).toBe(200);
    const answer = await ask([['request_status', one], ['time'], ['request_status', two]], { as: me });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('More than one request id')]);
    expect((await ask([['request_status', one.slice(1)]], { as: me })).text).toContain('Invalid request id in paths: it has 31 bytes');
  });
});

describe('a canister', () => {
  test('is read at its own URL', async () => {
    for (const path of [url('read_state', 3, EMPTY)]) {
      const answer = await ask([['canister', counter, 'module_hash']], { path });
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('does not match requested principal id')]);
    }
    expect((await ask([['canister', counter, 'module_hash']], { path: ofSubnet(3) })).status).toBe(404);
  });

  test('shows its private metadata to controllers', async () => {
    const secret = ['canister', counter, 'metadata', 'secret'];
    subnet.controllers.push(me.getPrincipal());
    expect(textOf(valueAt(await ask([secret], { as: me }), ...secret))).toBe('for controllers');
    for (const as of [undefined, Ed25519KeyIdentity.generate()]) {
      const answer = await ask([secret], { as });
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('can only be requested by the controllers')]);
    }
  });

  test('has metadata by names in UTF-8', async () => {
    expect((await ask([['canister', counter, 'metadata', Uint8Array.of(0xff)]])).text).toContain('it is not UTF-8');
  });
});

describe('the paths', () => {
  test.each([
    ['no list', 'time', 'paths must be an array'],
    ['texts', ['time'], 'each of the paths must be an array of blobs'],
    ['lists of texts', [['time']], 'each of the paths must be an array of blobs'],
    ['more than 1,000', Array.from({ length: 1_001 }, () => [new Uint8Array(Buffer.from('time'))]), '1001 paths, of at most 1000'],
    ['of more than 127 labels', [Array.from({ length: 128 }, () => new Uint8Array(1))], 'a path of 128 labels, of at most 127'],
  ])('must not be %s', async (_what, paths, reason) => {
    const answer = await post(server, url('read_state', 3), await envelope(readState(subnet, [], { paths })));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`Malformed request: ${reason}`)]);
  });

  test('can be 1,000', async () => {
    expect((await ask(Array.from({ length: 1_000 }, () => ['time']))).status).toBe(200);
    expect((await ask([Array.from({ length: 127 }, () => 'x')])).status).toBe(404);
  });
});
