/** The management canister of the real local IC, as the official client of users sees it over HTTP. */
import { Actor, CanisterStatus, type HttpAgent, polling } from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { agentOf, serve } from '../agent-api/testing.js';
import { LocalIc, RejectCode } from '../index.js';
import { outcallArgument, TestServer } from '../testing/outcalls.js';
import { PROXY, proxyArgument } from '../testing/proxy-canister.js';
import { canister, i32, NO_ARGUMENT, readI32 } from '../testing/wat.js';
import { NO_SETTINGS, SERVICE, type ServiceMethod } from './testing/service.js';

const MANAGEMENT = Principal.managementCanister();
/** The first that the local IC gives out; any of its own will do where a call is about no canister. */
const SOME_CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
const T = 1_000_000_000_000n;

/** Counts from what it is installed with. */
const COUNTER = canister(`
  (global $count (mut i32) (i32.const 0))
  (func $begin (global.set $count (call $arg_i32)))
  (func (export "canister_init") (call $begin))
  (func (export "canister_update bump")
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (call $reply_i32 (global.get $count)))
  (func (export "canister_query count") (call $reply_i32 (global.get $count)))
  ${PROXY}`);
const HttpRequest = IDL.Record({ method: IDL.Text, url: IDL.Text, headers: IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text)), body: IDL.Vec(IDL.Nat8) });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

const actorOf = (canisterId: Principal, annotations: string[]) => (agent: HttpAgent, about: Principal) => {
  const service: IDL.InterfaceFactory = ({ IDL: types }) => types.Service(Object.fromEntries(
    Object.entries(SERVICE).map(([name, [argument, result]]) => [name, types.Func(argument ? [argument] : [], result ? [result] : [], annotations)]),
  ));
  const transform = () => ({ effectiveCanisterId: about });
  return Actor.createActor<Record<ServiceMethod, (...argument: object[]) => Promise<unknown>>>(service, { agent, canisterId, callTransform: transform, queryTransform: transform });
};
/** The management canister, for calls about a canister; and the same for queries. */
const manager = actorOf(MANAGEMENT, []);
const inquirer = actorOf(MANAGEMENT, ['query']);

let slow: TestServer;
/** Of the server, whose answers wait: `asked`, `answer`. */
let events: EventEmitter;
let ic: LocalIc;
let server: Listening;
let owner: HttpAgent;
let stranger: HttpAgent;
/** A canister of the owner's that counts from 0. */
let id: Principal;
beforeEach(async () => {
  events = new EventEmitter();
  slow = await TestServer.start((_request, response) => {
    events.once('answer', () => response.end('late'));
    events.emit('asked');
  });
  ic = new LocalIc({ nodes: 1, outcallHosts: { 'api.test': slow.url } });
  server = await serve(ic);
  owner = await agentOf(server, Ed25519KeyIdentity.generate());
  stranger = await agentOf(server, Ed25519KeyIdentity.generate());
  id = await create();
  await install(COUNTER);
});
afterEach(async () => {
  try {
    await livesOn();
  } finally {
    events.emit('answer');
    await server.close();
    await ic.close();
    await slow.close();
  }
});

/** Whatever has happened, there can be new canisters, and they answer. Not by the client, whose signatures take their time. */
async function livesOn(): Promise<void> {
  const witness = ic.createCanister({ cycles: T });
  await ic.install(witness, COUNTER, i32(7));
  expect(readI32(await ic.update(witness, 'bump', NO_ARGUMENT))).toBe(8);
  expect(readI32(await ic.query(witness, 'count', NO_ARGUMENT))).toBe(8);
}

async function create(more: object = {}): Promise<Principal> {
  const argument = { amount: [5n * T], settings: [], specified_id: [], sender_canister_version: [], ...more };
  const created = await manager(owner, SOME_CANISTER).provisional_create_canister_with_cycles(argument);
  return (created as { canister_id: Principal }).canister_id;
}

async function install(wasm: Uint8Array, more: { canister_id?: Principal; arg?: Uint8Array; mode?: object } = {}, agent = owner): Promise<void> {
  const argument = { mode: { install: null }, canister_id: id, wasm_module: wasm, arg: i32(0), sender_canister_version: [], ...more };
  await manager(agent, argument.canister_id).install_code(argument);
}

const about = (method: ServiceMethod, agent = owner, canister_id = id) => manager(agent, canister_id)[method]({ canister_id, sender_canister_version: [] });
const status = async (agent = owner, canister_id = id) => about('canister_status', agent, canister_id) as Promise<Record<string, unknown>>;
const set = (settings: object, agent = owner) => manager(agent, id).update_settings({ canister_id: id, settings: { ...NO_SETTINGS, ...settings }, sender_canister_version: [] });
const query = (method: string, argument: Uint8Array = NO_ARGUMENT, canisterId = id, agent = owner) => agent.query(canisterId, { methodName: method, arg: argument });
const count = async (canisterId = id) => {
  const answer = await query('count', NO_ARGUMENT, canisterId);
  if (!('reply' in answer)) throw new Error(answer.reject_message);
  return readI32(answer.reply.arg);
};
const text = (principals: unknown) => (principals as Principal[]).map((principal) => principal.toText());

/** A user's call of bytes that are no Candid. Rejects as an actor does. */
async function update(method: string, argument: Uint8Array = NO_ARGUMENT, canisterId = id, agent = owner): Promise<Uint8Array> {
  const { requestId, response } = await agent.call(canisterId, { methodName: method, arg: argument, callSync: false });
  if (response.body !== null) {
    const { reject_code: rejectCode, error_code: rejectErrorCode, reject_message: rejectMessage } = response.body as { reject_code: number; error_code: string; reject_message: string };
    throw Object.assign(new Error(rejectMessage), { isCertified: false, code: { rejectCode, rejectErrorCode, rejectMessage } });
  }
  const strategy = () => new Promise<void>((resolve) => setTimeout(resolve, 10));
  return (await polling.pollForResponse(agent, canisterId, requestId, { strategy })).reply;
}

/** A call of the canister that stays open until the event `answer`. */
async function openCall(): Promise<{ response: Promise<Uint8Array> }> {
  const asked = once(events, 'asked');
  const payload = outcallArgument({ url: 'https://api.test/', maxResponseBytes: 1_000n });
  const response = update('call', proxyArgument({ callee: MANAGEMENT, method: 'http_request', payload, cycles: T / 10n }));
  response.catch(() => undefined); // whoever waits for it sees it
  await asked;
  return { response };
}

/** A reject, as the client reports it. */
const rejected = (rejectCode: number, rejectErrorCode: string | undefined, message: string, isCertified = true) => ({
  isCertified,
  code: { rejectCode, rejectErrorCode, rejectMessage: expect.stringContaining(message) as string },
});
const { DestinationInvalid, CanisterReject, CanisterError } = RejectCode;

describe('a canister is created', () => {
  test('empty, with the cycles and settings that are asked for', async () => {
    const keeper = Ed25519KeyIdentity.generate().getPrincipal();
    const created = await create({ amount: [7n * T], settings: [{ ...NO_SETTINGS, controllers: [[keeper, await owner.getPrincipal()]], freezing_threshold: [100n] }] });
    expect(await status(owner, created)).toMatchObject({
      status: { running: null }, cycles: 7n * T, module_hash: [], memory_size: 0n, settings: { freezing_threshold: 100n, compute_allocation: 0n },
    });
    expect(text(((await status(owner, created)).settings as { controllers: Principal[] }).controllers)).toEqual(text([keeper, await owner.getPrincipal()]));
  });

  test('with an id that is asked for, once', async () => {
    const specified = Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai');
    expect((await create({ specified_id: [specified] })).toText()).toBe(specified.toText());
    await expect(create({ specified_id: [specified] })).rejects.toMatchObject(rejected(RejectCode.SysTransient, 'IC0205', 'already exists'));
  });

  test('not with settings that cannot be', async () => {
    await expect(create({ settings: [{ ...NO_SETTINGS, compute_allocation: [101n] }] })).rejects.toMatchObject(rejected(CanisterError, 'IC0504', 'ComputeAllocation'));
  });
});

describe('code', () => {
  test('is installed, with its argument, and certified', async () => {
    const empty = await create();
    await install(COUNTER, { canister_id: empty, arg: i32(40) });
    expect(await count(empty)).toBe(40);
    expect((await status(owner, empty)).module_hash).toEqual([new Uint8Array(sha256(COUNTER))]);
    const certified = await CanisterStatus.request({ agent: owner, canisterId: empty, paths: ['module_hash', 'controllers'] });
    expect(certified.get('module_hash')).toBe(sha256(COUNTER).toString('hex'));
    expect(text(certified.get('controllers'))).toEqual(text([await owner.getPrincipal()]));
  });

  test('is upgraded and reinstalled, but not installed over other code', async () => {
    await update('bump');
    await expect(install(COUNTER)).rejects.toMatchObject(rejected(CanisterError, 'IC0514', 'cannot be installed because the canister is not empty'));
    expect(await count()).toBe(1);
    await install(COUNTER, { mode: { reinstall: null }, arg: i32(5) });
    expect(await count()).toBe(5);
    await install(canister('(func (export "canister_query count") (call $reply_i32 (i32.const 9)))'), { mode: { upgrade: [] } });
    expect(await count()).toBe(9);
  });

  test('larger than a message comes in chunks: the Wasm that is shipped, which then answers', async () => {
    const wasm = new Uint8Array(await readFile(new URL('../../../../dist/stripe_backend.wasm', import.meta.url)));
    await expect(install(wasm)).rejects.toMatchObject({ code: { status: 413 } });
    const empty = await create();
    const chunks = Array.from({ length: Math.ceil(wasm.length / 2 ** 20) }, (_, index) => wasm.slice(index * 2 ** 20, (index + 1) * 2 ** 20));
    for (const chunk of chunks) {
      expect(await manager(owner, empty).upload_chunk({ canister_id: empty, chunk })).toEqual({ hash: new Uint8Array(sha256(chunk)) });
    }
    const hashes = (await about('stored_chunks', owner, empty)) as { hash: Uint8Array }[];
    expect(hashes.map(({ hash }) => Buffer.from(hash).toString('hex'))).toEqual(chunks.map((chunk) => sha256(chunk).toString('hex')).sort());
    const init = IDL.Record({ api_host: IDL.Text, api_key: IDL.Text });
    const argument = {
      mode: { install: null }, target_canister: empty, store_canister: [], chunk_hashes_list: chunks.map((chunk) => ({ hash: sha256(chunk) })),
      wasm_module_hash: sha256(wasm), arg: new Uint8Array(IDL.encode([init], [{ api_host: 'api.test', api_key: 'rk_test_1' }])), sender_canister_version: [],
    };
    await expect(manager(owner, empty).install_chunked_code({ ...argument, wasm_module_hash: sha256(COUNTER) })).rejects.toMatchObject(rejected(CanisterError, 'IC0504', 'does not match given hash'));
    await manager(owner, empty).install_chunked_code(argument);
    await about('clear_chunk_store', owner, empty);
    expect(await about('stored_chunks', owner, empty)).toEqual([]);
    expect((await status(owner, empty)).module_hash).toEqual([new Uint8Array(sha256(wasm))]);
    const answer = await query('http_request', new Uint8Array(IDL.encode([HttpRequest], [{ method: 'GET', url: '/nowhere', headers: [], body: new Uint8Array() }])), empty);
    if (!('reply' in answer)) throw new Error(answer.reject_message);
    expect(IDL.decode([IDL.Record({ status_code: IDL.Nat16 })], answer.reply.arg)).toEqual([{ status_code: expect.any(Number) as number }]);
  });

  test('is taken away, with its state, and whoever waits for it is told', async () => {
    const open = await openCall();
    await about('uninstall_code');
    await expect(open.response).rejects.toMatchObject(rejected(CanisterReject, 'IC0406', 'Canister has been uninstalled.'));
    expect(await status()).toMatchObject({ module_hash: [], memory_size: 0n, status: { running: null } });
    await expect(update('bump')).rejects.toMatchObject(rejected(CanisterError, 'IC0537', 'contains no Wasm module', false));
    expect(await query('count')).toMatchObject({ status: 'rejected', reject_code: CanisterError, error_code: 'IC0537' });
    await install(COUNTER, { arg: i32(3) });
    events.emit('answer'); // to the code before, which is not there to be called back
    await ic.settled();
    expect(await count()).toBe(3);
  });
});

describe('a module is refused, and the old code runs on, when it', () => {
  const upgrade = { mode: { upgrade: [] } };
  test.each<[string, () => Uint8Array, string, string]>([
    ['is none', () => Buffer.from('this is no Wasm at all'), 'IC0505', 'The Wasm module is refused'],
    ['is empty', () => new Uint8Array(), 'IC0505', 'The Wasm module is refused'],
    ['is cut off', () => COUNTER.slice(0, COUNTER.length - 20), 'IC0505', 'The Wasm module is refused'],
    ['wants what the IC does not have', () => canister('(func (export "canister_query f"))', { memory: '(import "env" "f" (func))', prelude: '' }), 'IC0505', 'env.f'],
    ['wants more memory than there is', () => canister('(func (export "canister_query f"))', { memory: '(memory 65536)', prelude: '' }), 'IC0505', "the module's memory begins with 65536 pages"],
    ['unpacks to more than can be', () => gzipSync(new Uint8Array(130 * 2 ** 20), { level: 1 }), 'IC0505', 'The Wasm module is refused'],
    ['traps when it begins', () => canister('(func (export "canister_post_upgrade") (unreachable))'), 'IC0502', 'unreachable'],
  ])('%s', async (_what, wasm, errorCode, message) => {
    await update('bump');
    await expect(install(wasm(), upgrade)).rejects.toMatchObject(rejected(CanisterError, errorCode, message));
    expect([await count(), (await status()).module_hash]).toEqual([1, [new Uint8Array(sha256(COUNTER))]]);
  });

  test('takes all the memory that it can get, and fails with that', async () => {
    const hungry = canister('(func (export "canister_init") (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1000)) (i32.const -1)))) (unreachable))');
    const empty = await create();
    await expect(install(hungry, { canister_id: empty })).rejects.toMatchObject(rejected(CanisterError, 'IC0502', 'unreachable'));
    expect(await status(owner, empty)).toMatchObject({ module_hash: [], memory_size: 0n });
  });
});

describe('the status', () => {
  test('is the same by a call and by a query', async () => {
    const replicated = await status();
    const queried = (await inquirer(owner, id).canister_status({ canister_id: id })) as typeof replicated;
    expect(queried).toMatchObject({ status: { running: null }, module_hash: [new Uint8Array(sha256(COUNTER))], version: replicated.version });
    expect(Object.keys(queried)).toEqual(Object.keys(replicated));
  });

  test('is not for strangers', async () => {
    await expect(status(stranger)).rejects.toMatchObject(rejected(CanisterError, 'IC0512', 'Only controllers of canister', false));
    await expect(inquirer(stranger, id).canister_status({ canister_id: id })).rejects.toMatchObject(rejected(CanisterError, 'IC0512', 'Only the controllers of the canister', false));
    await set({ status_visibility: [{ public: null }] });
    expect(await status(stranger)).toMatchObject({ status: { running: null } });
  });
});

describe('settings', () => {
  test('hand a canister over', async () => {
    await set({ controllers: [[await stranger.getPrincipal()]] });
    await expect(set({ freezing_threshold: [1n] })).rejects.toMatchObject(rejected(CanisterError, 'IC0512', 'Only controllers of canister', false));
    await set({ freezing_threshold: [1n] }, stranger);
    expect((await status(stranger)).settings).toMatchObject({ freezing_threshold: 1n });
  });

  test('are not for strangers, nor are code and life', async () => {
    const refused = rejected(CanisterError, 'IC0512', 'Only controllers of canister', false);
    await expect(set({ freezing_threshold: [1n] }, stranger)).rejects.toMatchObject(refused);
    await expect(install(COUNTER, { mode: { reinstall: null } }, stranger)).rejects.toMatchObject(refused);
    for (const method of ['uninstall_code', 'stop_canister', 'start_canister', 'stored_chunks', 'clear_chunk_store'] as const) {
      await expect(about(method, stranger)).rejects.toMatchObject(refused);
    }
    expect(await status()).toMatchObject({ status: { running: null }, settings: { freezing_threshold: 2_592_000n } });
  });

  test('that cannot be are not taken', async () => {
    await expect(set({ compute_allocation: [101n], freezing_threshold: [1n] })).rejects.toMatchObject(rejected(CanisterError, 'IC0504', 'ComputeAllocation expected'));
    await expect(set({ wasm_memory_limit: [1n] })).rejects.toMatchObject(rejected(CanisterError, 'IC0539', 'exceeds the Wasm memory limit'));
    expect((await status()).settings).toMatchObject({ freezing_threshold: 2_592_000n });
  });
});

describe('environment variables', () => {
  /** Each query asks one function of the System API, with names and values at 1,024. */
  const READER = canister(`
    (func $name (result i32)
      (call $msg_arg_data_copy (i32.const 1024) (i32.const 0) (call $msg_arg_data_size))
      (call $msg_arg_data_size))
    (func (export "canister_query count") (call $reply_i32 (call $env_var_count)))
    (func (export "canister_query exists") (call $reply_i32 (call $env_var_name_exists (i32.const 1024) (call $name))))
    (func (export "canister_query exists_nowhere") (call $reply_i32 (call $env_var_name_exists (i32.const 4194300) (i32.const 5))))
    (func (export "canister_query name") (local $size i32)
      (local.set $size (call $env_var_name_size (call $arg_i32)))
      (call $env_var_name_copy (call $arg_i32) (i32.const 2048) (i32.const 0) (local.get $size))
      (call $reply_bytes (i32.const 2048) (local.get $size)))
    (func (export "canister_query value") (local $size i32)
      (local.set $size (call $env_var_value_size (i32.const 1024) (call $name)))
      (call $env_var_value_copy (i32.const 1024) (call $name) (i32.const 2048) (i32.const 0) (local.get $size))
      (call $reply_bytes (i32.const 2048) (local.get $size)))
    (func (export "canister_query value_without_its_beginning")
      (call $env_var_value_copy (i32.const 1024) (call $name) (i32.const 2048) (i32.const 1) (i32.const 2))
      (call $reply_bytes (i32.const 2048) (i32.const 2)))
    (func (export "canister_query name_too_far")
      (call $env_var_name_copy (i32.const 0) (i32.const 2048) (i32.const 1) (call $env_var_name_size (i32.const 0)))
      (call $reply_i32 (i32.const 0)))`, {
    memory: `
      (import "ic0" "env_var_count" (func $env_var_count (result i32)))
      (import "ic0" "env_var_name_exists" (func $env_var_name_exists (param i32 i32) (result i32)))
      (import "ic0" "env_var_name_size" (func $env_var_name_size (param i32) (result i32)))
      (import "ic0" "env_var_name_copy" (func $env_var_name_copy (param i32 i32 i32 i32)))
      (import "ic0" "env_var_value_size" (func $env_var_value_size (param i32 i32) (result i32)))
      (import "ic0" "env_var_value_copy" (func $env_var_value_copy (param i32 i32 i32 i32 i32)))
      (memory 64)`,
  });
  const variables = (values: Record<string, string>) => set({ environment_variables: [Object.entries(values).map(([name, value]) => ({ name, value }))] });
  const ask = async (method: string, argument: Uint8Array = NO_ARGUMENT) => {
    const answer = await query(method, argument);
    return 'reply' in answer ? Buffer.from(answer.reply.arg) : answer.reject_message;
  };
  const askText = async (method: string, argument: Uint8Array) => (await ask(method, argument)).toString();
  beforeEach(() => install(READER, { mode: { reinstall: null } }));

  test('are none at first', async () => {
    expect(await ask('count')).toEqual(Buffer.from(i32(0)));
    expect(await ask('exists', Buffer.from('A'))).toEqual(Buffer.from(i32(0)));
    expect(await ask('name', i32(0))).toContain('there is no environment variable number 0: there are 0');
  });

  test('are read by the code, names by number and values by name', async () => {
    await variables({ zebra: 'z', HOST: 'api.test', größe: '' });
    expect(await ask('count')).toEqual(Buffer.from(i32(3)));
    expect([await askText('name', i32(0)), await askText('name', i32(1)), await askText('name', i32(2))]).toEqual(['HOST', 'größe', 'zebra']);
    expect([await askText('value', Buffer.from('HOST')), await askText('value', Buffer.from('größe'))]).toEqual(['api.test', '']);
    expect(await askText('value_without_its_beginning', Buffer.from('HOST'))).toBe('pi');
    expect([await ask('exists', Buffer.from('größe')), await ask('exists', Buffer.from('host'))]).toEqual([Buffer.from(i32(1)), Buffer.from(i32(0))]);
    expect((await status()).settings).toMatchObject({ environment_variables: [{ name: 'HOST', value: 'api.test' }, { name: 'größe', value: '' }, { name: 'zebra', value: 'z' }] });
  });

  test('change for the code that is there, and stay in an upgrade', async () => {
    await variables({ HOST: 'one' });
    await variables({ HOST: 'two' });
    expect(await askText('value', Buffer.from('HOST'))).toBe('two');
    await set({ freezing_threshold: [1n] });
    await install(READER, { mode: { upgrade: [] } });
    expect(await askText('value', Buffer.from('HOST'))).toBe('two');
    await variables({});
    expect(await ask('count')).toEqual(Buffer.from(i32(0)));
  });

  test('come with the creation', async () => {
    id = await create({ settings: [{ ...NO_SETTINGS, environment_variables: [[{ name: 'HOST', value: 'new' }]] }] });
    await install(READER);
    expect(await askText('value', Buffer.from('HOST'))).toBe('new');
  });

  test('trap when they are asked for what there is not', async () => {
    await variables({ A: '12' });
    expect(await ask('value', Buffer.from('HOSTS'))).toContain('there is no environment variable "HOSTS"');
    expect(await ask('exists', Uint8Array.of(0xff))).toContain('not valid UTF-8');
    expect(await ask('exists', new Uint8Array(128))).toEqual(Buffer.from(i32(0)));
    expect(await ask('exists', new Uint8Array(129))).toContain('129 bytes, of at most 128');
    expect(await ask('exists_nowhere')).toContain('heap out of bounds');
    expect(await ask('name', i32(1))).toContain('there is no environment variable number 1: there are 1');
    expect(await ask('name', i32(-1))).toContain('there is no environment variable number 4294967295');
    expect(await ask('name_too_far')).toContain('ic0.env_var_name_copy reads past the end');
    expect(await ask('value_without_its_beginning', Buffer.from('A'))).toContain('ic0.env_var_value_copy reads past the end');
  });
});

describe('stopping', () => {
  test('waits for an open call, and turns new ones away', async () => {
    const open = await openCall();
    const stopped = about('stop_canister');
    await expect.poll(async () => (await status()).status).toEqual({ stopping: null });
    await expect(update('bump')).rejects.toMatchObject(rejected(CanisterError, 'IC0509', 'is stopping', false));
    events.emit('answer');
    expect(Buffer.from(await open.response).readInt32LE(0)).toBe(0);
    await stopped;
    expect(await status()).toMatchObject({ status: { stopped: null } });
    await expect(update('bump')).rejects.toMatchObject(rejected(CanisterError, 'IC0508', 'is stopped', false));
    expect(await query('count')).toMatchObject({ status: 'rejected', error_code: 'IC0508' });
    await about('start_canister');
    expect(readI32(await update('bump'))).toBe(1);
  });

  test('ends with a reject when the canister is started meanwhile', async () => {
    const open = await openCall();
    const stopped = about('stop_canister').catch((error: unknown) => error);
    await expect.poll(async () => (await status()).status).toEqual({ stopping: null });
    await about('start_canister');
    expect(await stopped).toMatchObject(rejected(CanisterError, 'IC0511', `Canister ${id.toText()}'s stop request was cancelled.`));
    expect(readI32(await update('bump'))).toBe(1);
    events.emit('answer');
    await open.response;
    expect(await status()).toMatchObject({ status: { running: null } });
  });

  test('is given up after five minutes, which leaves the canister stopping', async () => {
    await openCall();
    const stopped = about('stop_canister').catch((error: unknown) => error);
    await expect.poll(async () => (await status()).status).toEqual({ stopping: null });
    await ic.advanceTime(300_000);
    await owner.syncTime(id);
    expect(await stopped).toMatchObject(rejected(RejectCode.SysTransient, 'IC0206', 'Stop canister request timed out'));
    expect(await status()).toMatchObject({ status: { stopping: null } });
  });

  test('and starting again change nothing where there is nothing to change', async () => {
    await about('start_canister');
    await about('stop_canister');
    await about('stop_canister');
    expect(await status()).toMatchObject({ status: { stopped: null } });
  });
});

describe('what there is not', () => {
  const nowhere = Principal.fromText('umunu-kh777-77774-qaaca-cai');

  test('cannot be managed', async () => {
    for (const method of ['canister_status', 'start_canister', 'uninstall_code'] as const) {
      await expect(about(method, owner, nowhere)).rejects.toMatchObject(rejected(DestinationInvalid, 'IC0301', `Canister ${nowhere.toText()} not found`, false));
    }
    await expect(install(COUNTER, { canister_id: nowhere })).rejects.toMatchObject(rejected(DestinationInvalid, 'IC0301', 'not found', false));
  });

  test('cannot be called or queried', async () => {
    await expect(update('bump', NO_ARGUMENT, nowhere)).rejects.toMatchObject(rejected(DestinationInvalid, 'IC0301', 'not found', false));
    expect(await query('count', NO_ARGUMENT, nowhere)).toMatchObject({ status: 'rejected', reject_code: DestinationInvalid, error_code: 'IC0301' });
    await expect(update('nix')).rejects.toMatchObject(rejected(CanisterError, 'IC0536', "has no update method 'nix'"));
    expect(await query('nix')).toMatchObject({ status: 'rejected', reject_code: CanisterError, error_code: 'IC0536' });
  });

  test('in the management canister, or is for canisters only, is refused', async () => {
    const call = (method: string, argument = new Uint8Array()) => owner.call(MANAGEMENT, { methodName: method, arg: argument, effectiveCanisterId: id });
    expect((await call('make_coffee')).response.body).toMatchObject({ reject_code: CanisterError, error_code: 'IC0536' });
    expect((await call('raw_rand')).response.body).toMatchObject({ reject_code: CanisterReject, error_code: 'IC0406' });
    expect((await call('delete_canister')).response.body).toMatchObject({ reject_code: CanisterReject, error_code: 'IC0406' });
    expect((await call('stop_canister', new Uint8Array(Buffer.from('no Candid')))).response.body).toMatchObject({ reject_code: CanisterReject, error_code: 'IC0408' });
  });
});
