import type { HttpAgent} from '@dfinity/agent';
import { CanisterStatus, Certificate, type Identity, lookupResultToBuffer, polling } from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { ECDSAKeyIdentity, Ed25519KeyIdentity } from '@dfinity/identity';
import { Secp256k1KeyIdentity } from '@dfinity/identity-secp256k1';
import { Principal } from '@dfinity/principal';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { LocalIc } from '../local-ic.js';
import { canister, i32, NO_ARGUMENT, readI32 } from '../testing/wat.js';
import { agentOf, call, encode, envelope, post, serve, url } from './testing.js';

/** Counts, and lets in what has not the argument 13. */
const COUNTER = canister(`
  (global $count (mut i32) (i32.const 0))
  (func (export "canister_inspect_message")
    (if (i32.ne (call $arg_i32) (i32.const 13)) (then (call $accept_message))))
  (func (export "canister_update add")
    (global.set $count (i32.add (global.get $count) (call $arg_i32)))
    (call $reply_i32 (global.get $count)))
  (func (export "canister_update fail") (unreachable))
  (func (export "canister_query count") (call $reply_i32 (global.get $count)))
  (func (export "canister_query caller")
    (call $msg_caller_copy (i32.const 64) (i32.const 0) (call $msg_caller_size))
    (call $reply_bytes (i32.const 64) (call $msg_caller_size)))`);

let ic: LocalIc;
let server: Listening;
let id: Principal;
beforeEach(async () => {
  ic = new LocalIc({ nodes: 4 });
  id = ic.createCanister();
  await ic.install(id, COUNTER, NO_ARGUMENT);
  server = await serve(ic);
});
afterEach(async () => {
  await server.close();
  await ic.close();
});

async function certified(agent: HttpAgent, certificate: Uint8Array, requestId: Uint8Array, label: string): Promise<Uint8Array> {
  if (agent.rootKey === null) throw new Error('no root key');
  const verified = await Certificate.create({ certificate, rootKey: agent.rootKey, canisterId: id, agent });
  return lookupResultToBuffer(verified.lookup_path(['request_status', requestId, label])) ?? new Uint8Array();
}

async function add(agent: HttpAgent, amount: number, callSync: boolean): Promise<number> {
  const { requestId, response } = await agent.call(id, { methodName: 'add', arg: i32(amount), callSync });
  if (response.status === 202) return readI32((await polling.pollForResponse(agent, id, requestId, { strategy: () => ic.settled() })).reply);
  return readI32(await certified(agent, (response.body as { certificate: Uint8Array }).certificate, requestId, 'reply'));
}

const count = async () => readI32(await ic.query(id, 'count', NO_ARGUMENT));

describe.each<[string, () => Identity | Promise<Identity>]>([
  ['Ed25519', () => Ed25519KeyIdentity.generate()],
  ['P-256', () => ECDSAKeyIdentity.generate()],
  ['secp256k1', () => Secp256k1KeyIdentity.generate()],
])('a user with a key of %s', (_scheme, create) => {
  test('calls and queries a canister', async () => {
    const identity = await create();
    const agent = await agentOf(server, identity);
    expect(await add(agent, 3, true)).toBe(3);
    expect(await add(agent, 4, false)).toBe(7);
    const answer = await agent.query(id, { methodName: 'caller', arg: NO_ARGUMENT });
    expect(answer).toMatchObject({ status: 'replied', reply: { arg: identity.getPrincipal().toUint8Array() } });
  });
});

test('what the canister does not let in is not executed', async () => {
  const agent = await agentOf(server);
  const { response } = await agent.call(id, { methodName: 'add', arg: i32(13) });
  expect(response.body).toMatchObject({ reject_code: 4 });
  expect(await count()).toBe(0);
});

test('a trap is a certified reject, and an unknown method too', async () => {
  const agent = await agentOf(server);
  for (const methodName of ['fail', 'nothing']) {
    const { requestId, response } = await agent.call(id, { methodName, arg: i32(0) });
    const { certificate } = response.body as { certificate: Uint8Array };
    expect(await certified(agent, certificate, requestId, 'reject_code')).toEqual(Uint8Array.of(5));
  }
});

test('a call that is sent again and again is executed once', async () => {
  const body = encode(await envelope({ ...call(ic, { method_name: 'add', arg: i32(1) }), canister_id: id.toUint8Array() }, Ed25519KeyIdentity.generate()));
  const send = (version: number) => post(server, url('call', version, id), body);
  await Promise.all([2, 3, 4, 2, 3, 4].map(send));
  await ic.settled();
  expect((await send(3)).map.status).toBe('replied');
  expect(await count()).toBe(1);
});

test('a controller sees the canister\'s state, and manages it', async () => {
  const controller = Ed25519KeyIdentity.generate();
  const empty = ic.createCanister({ controller: controller.getPrincipal() });
  const agent = await agentOf(server, controller);
  const status = await CanisterStatus.request({ agent, canisterId: id, paths: ['module_hash', 'controllers'] });
  expect(status.get('module_hash')).toBe(createHash('sha256').update(COUNTER).digest('hex'));
  const about = new Uint8Array(IDL.encode([IDL.Record({ canister_id: IDL.Principal })], [{ canister_id: empty }]));
  const stop = { methodName: 'stop_canister', arg: about, effectiveCanisterId: empty };
  expect((await agent.call(Principal.managementCanister(), stop)).response.status).toBe(200);
  expect((await (await agentOf(server)).call(Principal.managementCanister(), stop)).response.body).toMatchObject({ reject_code: expect.any(Number) as number });
});
