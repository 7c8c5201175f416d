import { Actor, CanisterStatus, Certificate, type HttpAgent, type Identity, lookupResultToBuffer, polling } from '@dfinity/agent';
import type { IDL } from '@dfinity/candid';
import { DelegationChain, DelegationIdentity, ECDSAKeyIdentity, Ed25519KeyIdentity } from '@dfinity/identity';
import { Secp256k1KeyIdentity } from '@dfinity/identity-secp256k1';
import { Principal } from '@dfinity/principal';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Listening } from '../../listen.js';
import { Trust } from '../certification/trust.js';
import { agentOf, COUNTER, EMPTY, METADATA, minutes, serve, TestSubnet, WASM_HASH } from './testing.js';

const NO_ARGUMENT = new Uint8Array();
let subnet: TestSubnet;
let server: Listening;
beforeEach(async () => {
  subnet = new TestSubnet();
  server = await serve(subnet);
});
afterEach(() => server.close());

const query = (agent: HttpAgent, methodName: string, arg = NO_ARGUMENT) => agent.query(COUNTER, { methodName, arg });
/** The certified reply to a call that the client makes by v3, or by v2 and polling. */
async function update(agent: HttpAgent, methodName: string, { callSync = true, arg = NO_ARGUMENT } = {}): Promise<Uint8Array> {
  const { requestId, response } = await agent.call(COUNTER, { methodName, arg, callSync });
  if (response.status === 202) {
    const strategy = () => {
      subnet.release();
      return Promise.resolve();
    };
    return (await polling.pollForResponse(agent, COUNTER, requestId, { strategy })).reply;
  }
  const { certificate } = response.body as { certificate: Uint8Array };
  const { rootKey } = agent;
  if (rootKey === null) throw new Error('no root key');
  const verified = await Certificate.create({ certificate, rootKey, canisterId: COUNTER, agent });
  return lookupResultToBuffer(verified.lookup_path(['request_status', requestId, 'reply'])) ?? new Uint8Array();
}

describe('a client without an identity', () => {
  test('queries, and verifies the node\'s signature', async () => {
    subnet.count = 7;
    const agent = await agentOf(server);
    expect(await query(agent, 'count')).toMatchObject({ status: 'replied', reply: { arg: Uint8Array.of(7) } });
    expect(await query(agent, 'nothing')).toMatchObject({ status: 'rejected', reject_code: 5, reject_message: 'no query nothing' });
  });

  test('meets every node in queries', async () => {
    const agent = await agentOf(server);
    const nodes = new Set<string>();
    for (let index = 0; index < 60; index += 1) {
      const { signatures = [] } = await query(agent, 'echo', Uint8Array.of(index));
      for (const { identity } of signatures) nodes.add(Principal.from(identity).toText());
    }
    expect([...nodes].sort()).toEqual(subnet.trust.nodes.map(({ id }) => id.toText()).sort());
  });

  test('does not trust an answer of another local IC', async () => {
    const agent = await agentOf(server);
    agent.rootKey = new Uint8Array(Trust.create('another one').rootKey);
    await expect(query(agent, 'count')).rejects.toThrow();
  });

  test.each([true, false])('calls, and has the reply certified (v3: %s)', async (callSync) => {
    const agent = await agentOf(server);
    expect(await update(agent, 'increment', { callSync })).toEqual(Uint8Array.of(1));
    expect(await update(agent, 'echo', { callSync, arg: Uint8Array.of(1, 2, 3) })).toEqual(Uint8Array.of(1, 2, 3));
    expect(subnet.count).toBe(2);
  });

  test('polls while a call is open', async () => {
    const agent = await agentOf(server);
    expect(await update(agent, 'wait', { callSync: false })).toEqual(Uint8Array.of(1));
  });

  test('polls when v3 gives up waiting', async () => {
    const hasty = await serve(subnet, { callTimeoutMs: 1 });
    try {
      expect(await update(await agentOf(hasty), 'wait')).toEqual(Uint8Array.of(1));
    } finally {
      await hasty.close();
    }
  });

  test('asks for the subnet\'s time when its clock is wrong', async () => {
    subnet.advance(minutes(20));
    const agent = await agentOf(server);
    const { response } = await agent.call(COUNTER, { methodName: 'increment', arg: NO_ARGUMENT });
    expect(response.status).toBe(200);
    expect(agent.hasSyncedTime()).toBe(true);
    expect(subnet.count).toBe(1);
  });

  test('finds the root key in the status', async () => {
    expect(await (await agentOf(server)).status()).toMatchObject({ root_key: new Uint8Array(subnet.trust.rootKey), replica_health_status: 'healthy' });
  });
});

describe('an actor', () => {
  const service: IDL.InterfaceFactory = ({ IDL: types }) => types.Service({
    fail: types.Func([], [], []), unwanted: types.Func([], [], []), nothing: types.Func([], [], ['query']),
  });
  type Service = Record<'fail' | 'unwanted' | 'nothing', () => Promise<unknown>>;

  test('is told of rejects, certified or not', async () => {
    const actor = Actor.createActor<Service>(service, { agent: await agentOf(server), canisterId: COUNTER });
    await expect(actor.fail()).rejects.toMatchObject({ isCertified: true, code: { rejectCode: 4, rejectMessage: 'no thanks' } });
    await expect(actor.unwanted()).rejects.toMatchObject({ isCertified: false, code: { rejectCode: 4, rejectMessage: 'the canister rejected the message' } });
    await expect(actor.nothing()).rejects.toMatchObject({ isCertified: false, code: { rejectCode: 5, rejectMessage: 'no query nothing' } });
    expect(subnet.count).toBe(1);
  });
});

const IDENTITIES: [string, () => Identity | Promise<Identity>][] = [
  ['Ed25519', () => Ed25519KeyIdentity.generate()],
  ['ECDSA P-256', () => ECDSAKeyIdentity.generate()],
  ['ECDSA secp256k1', () => Secp256k1KeyIdentity.generate()],
  ['a delegation', () => delegated({})],
  ['a chain of delegations of all schemes', async () => {
    const first = Ed25519KeyIdentity.generate();
    const second = await ECDSAKeyIdentity.generate();
    const third = Secp256k1KeyIdentity.generate();
    const one = await DelegationChain.create(first, second.getPublicKey(), inMinutes(5), { targets: [COUNTER, EMPTY] });
    const two = await DelegationChain.create(second, third.getPublicKey(), inMinutes(5), { previous: one, targets: [COUNTER] });
    return DelegationIdentity.fromDelegation(third, two);
  }],
];

const inMinutes = (count: number) => new Date(Date.now() + count * 60_000);
async function delegated({ expiration = inMinutes(5), targets }: { expiration?: Date; targets?: Principal[] }): Promise<Identity> {
  const session = Ed25519KeyIdentity.generate();
  return DelegationIdentity.fromDelegation(session, await DelegationChain.create(Ed25519KeyIdentity.generate(), session.getPublicKey(), expiration, { targets }));
}

describe.each(IDENTITIES)('a client that signs with %s', (_name, create) => {
  test('is known to the canister, in queries and in calls', async () => {
    const identity = await create();
    const agent = await agentOf(server, identity);
    const caller = identity.getPrincipal().toUint8Array();
    expect(await query(agent, 'caller')).toMatchObject({ reply: { arg: caller } });
    expect(await update(agent, 'caller')).toEqual(caller);
    expect(await update(agent, 'caller', { callSync: false })).toEqual(caller);
  });
});

describe('a delegation', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined); // what the client prints when it cannot verify
  });
  afterEach(() => vi.restoreAllMocks());

  test.each([
    ['has expired', { expiration: inMinutes(-1) }, 'Specified sender delegation has expired'],
    ['is for another canister', { targets: [EMPTY] }, `Canister ${COUNTER.toText()} is not one of the delegation targets`],
  ])('that %s is refused', async (_what, options, message) => {
    const agent = await agentOf(server, await delegated(options));
    await expect(query(agent, 'caller')).rejects.toThrow(message);
    await expect(update(agent, 'caller')).rejects.toThrow(message);
    expect(subnet.count).toBe(0);
  });

  test('that has been tampered with is refused', async () => {
    const session = Ed25519KeyIdentity.generate();
    const { delegations: [{ delegation, signature }], publicKey } = await DelegationChain.create(Ed25519KeyIdentity.generate(), session.getPublicKey(), inMinutes(5), { targets: [EMPTY] });
    const wider = Object.assign(Object.create(Object.getPrototypeOf(delegation) as object) as typeof delegation, delegation, { targets: [COUNTER] });
    const chain = DelegationChain.fromDelegations([{ delegation: wider, signature }], publicKey);
    const agent = await agentOf(server, DelegationIdentity.fromDelegation(session, chain));
    await expect(update(agent, 'caller')).rejects.toThrow('Invalid delegation: its signature');
    expect(subnet.count).toBe(0);
  });
});

describe('CanisterStatus', () => {
  const paths: CanisterStatus.Path[] = ['time', 'controllers', 'module_hash', 'candid', 'subnet', { kind: 'metadata', key: 'secret', path: 'secret', decodeStrategy: 'utf-8' }];
  const statusOf = (agent: HttpAgent) => CanisterStatus.request({ agent, canisterId: COUNTER, paths });

  test('shows a controller all', async () => {
    const identity = Ed25519KeyIdentity.generate();
    subnet.controllers.push(identity.getPrincipal());
    const status = await statusOf(await agentOf(server, identity));
    expect(status.get('controllers')).toEqual([identity.getPrincipal()]);
    expect(status.get('module_hash')).toBe(WASM_HASH.toString('hex'));
    expect(status.get('candid')).toBe(Buffer.from(METADATA[0].content).toString());
    expect(status.get('secret')).toBe('for controllers');
    expect([...(status.get('subnet') as CanisterStatus.SubnetStatus).nodeKeys.keys()].sort()).toEqual(subnet.trust.nodes.map(({ id }) => id.toText()).sort());
  });
});
