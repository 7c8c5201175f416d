import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_CONTROLLER, LocalIc, type LocalIcOptions, RejectCode } from './index.js';
import { decode, encode } from './management/testing/client.js';
import { NO_SETTINGS, type ServiceMethod } from './management/testing/service.js';
import { outcallArgument, TestServer } from './testing/outcalls.js';
import { callThrough, type CallThroughProxy, PROXY, proxyArgument } from './testing/proxy-canister.js';
import { canister, i32, NO_ARGUMENT, readI32, readI64 } from './testing/wat.js';

/*
 * The published prices of a 13-node subnet (IC documentation, "Cycle costs"), apart from those that the local IC reckons
 * with. 34 nodes pay 34 * (cost / 13).
 */
const INGRESS = 1_200_000n;
const INGRESS_BYTE = 2_000n;
const MESSAGE = 5_000_000n;
const CALL = 260_000n;
const CALL_BYTE = 1_000n;
const CREATION = 500_000_000_000n;
const COMPUTE_PERCENT_SECOND = 10_000_000n;
const storage = (bytes: bigint, seconds: bigint) => (127_000n * bytes * seconds) >> 30n;
/** What one message can cost at most: 40 billion instructions. */
const RESERVE = MESSAGE + 40_000_000_000n;
/** What is held back for a call: the largest response, 2 MiB, and its callback besides. */
const reservation = (requestBytes: number) => CALL + CALL_BYTE * BigInt(requestBytes + 2_097_152) + RESERVE;

const T = 1_000_000_000_000n;
const DAY = 86_400n;
const MONTH = 30n * DAY;
const PAGE = 65_536n;
const days = (count: number) => count * 86_400_000;
const MANAGEMENT = Principal.managementCanister();
const NO_EXPENSES = { ingress: 0n, execution: 0n, calls: 0n, outcalls: 0n, storage: 0n, burned: 0n };

/** Counts instructions as an instrumented module does, but only those that `work` is told to; so all that it costs is known. */
const METER = `
  (global $fired (mut i32) (i32.const 0))
  (global $cycles (mut i64) (i64.const 0))
  (func $work (global.set $cycles (i64.add (global.get $cycles) (i64.extend_i32_u (call $arg_i32)))))
  (func $burn (param $most i64)
    (call $cycles_burn128 (i64.const 0) (local.get $most) (i32.const 64)))
  (func (export "canister_query __get_cycles") (call $reply_i64 (global.get $cycles)))
  (func (export "canister_update work") (call $work) (call $reply_i32 (i32.const 0)))
  (func (export "canister_query work_on") (call $work) (call $reply_i32 (i32.const 0)))
  (func (export "canister_update fail") (call $work) (unreachable))
  (func (export "canister_update grow") (call $reply_i32 (call $stable_grow (call $arg_i32))))
  (func (export "canister_update balances")
    (call $canister_cycle_balance128 (i32.const 64))
    (call $canister_liquid_cycle_balance128 (i32.const 80))
    (call $reply_bytes (i32.const 64) (i32.const 32)))
  (func (export "canister_update burn")
    (call $burn (i64.extend_i32_u (call $arg_i32)))
    (call $reply_bytes (i32.const 64) (i32.const 16)))
  (func (export "canister_update burn_all")
    (call $burn (i64.const -1))
    (call $reply_bytes (i32.const 64) (i32.const 16)))
  (func (export "canister_update take_half")
    (call $msg_cycles_available128 (i32.const 64))
    (call $msg_cycles_accept128 (i64.const 0) (i64.shr_u (i64.load (i32.const 64)) (i64.const 1)) (i32.const 64))
    (call $reply_bytes (i32.const 64) (i32.const 8)))
  (func (export "canister_update take_and_fail")
    (call $msg_cycles_accept128 (i64.const 0) (i64.const -1) (i32.const 64)) (unreachable))
  (func (export "canister_update wake_in_a_minute")
    (drop (call $global_timer_set (i64.add (call $time) (i64.const 60000000000))))
    (call $reply_i32 (i32.const 0)))
  (func (export "canister_global_timer") (global.set $fired (i32.add (global.get $fired) (i32.const 1))))
  (func (export "canister_update fired") (call $reply_i32 (global.get $fired)))
  ${PROXY}`;
const WASM = canister(METER);
/** What the canister takes up when it is installed: 64 pages of heap, and its code. */
const BYTES = 64n * PAGE + BigInt(WASM.length);
const LIMIT = storage(BYTES, MONTH);

let ic: LocalIc;
let id: Principal;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] }); // time passes by `advanceTime` only
  await start();
});
afterEach(async () => {
  await ic.close();
  vi.useRealTimers();
});

async function start(options: LocalIcOptions = {}, wasm = WASM): Promise<void> {
  await (ic as LocalIc | undefined)?.close();
  ic = new LocalIc(options);
  id = await create(T, wasm);
}

async function create(cycles: bigint, wasm = WASM): Promise<Principal> {
  const created = ic.createCanister({ cycles });
  await ic.install(created, wasm, NO_ARGUMENT);
  return created;
}

const manage = (method: ServiceMethod, argument: object) => ic.update(MANAGEMENT, method, encode(method, argument), DEFAULT_CONTROLLER);
const set = (settings: Record<string, [bigint]>) => manage('update_settings', { canister_id: id, settings: { ...NO_SETTINGS, ...settings }, sender_canister_version: [] });
const ingress = (method: string, argument: Uint8Array = NO_ARGUMENT) => INGRESS + INGRESS_BYTE * BigInt(method.length + argument.length);
const sum = (amounts: object) => (Object.values(amounts) as bigint[]).reduce((total, amount) => total + amount, 0n);
/** What a canister has, and what it has spent. */
const all = (canisters: Principal[]) => canisters.reduce((total, each) => total + ic.cycleBalance(each) + sum(ic.expenses(each)), 0n);
const fired = async () => readI32(await ic.update(id, 'fired', NO_ARGUMENT));

/** A server whose answer to its one request waits. */
async function slowServer() {
  const events = new EventEmitter();
  const asked = once(events, 'asked');
  const server = await TestServer.start((_request, response) => {
    events.once('answer', () => response.end('late'));
    events.emit('asked');
  });
  return { url: server.url, asked, answer: () => events.emit('answer'), close: () => server.close() };
}

describe('a message from outside costs', () => {
  test('what it takes to let it in and to execute it', async () => {
    await ic.update(id, 'work', i32(1_000_000));
    expect(ic.expenses(id)).toEqual({ ...NO_EXPENSES, ingress: 1_216_000n, execution: 6_000_000n }); // 4 bytes of name, 4 of argument
    expect(ic.cycleBalance(id)).toBe(T - 7_216_000n);
  });

  test('by time what is not counted', async () => {
    const messages: { instructions: bigint; cycles: bigint; counted: boolean }[] = [];
    await start({ onMessage: (message) => messages.push(message) }, canister('(func (export "canister_update f") (call $reply_i32 (i32.const 0)))'));
    await ic.update(id, 'f', NO_ARGUMENT);
    const [{ instructions, cycles, counted }] = messages;
    expect([counted, cycles, ic.expenses(id).execution]).toEqual([false, MESSAGE + instructions, MESSAGE + instructions]);
  });

  test('the same when it traps', async () => {
    await expect(ic.update(id, 'fail', i32(1_000_000))).rejects.toThrow('unreachable');
    expect(ic.expenses(id)).toEqual({ ...NO_EXPENSES, ingress: 1_216_000n, execution: 6_000_000n });
  });

  test('no more than the longest message there can be', async () => {
    await ic.update(id, 'work', i32(-1)); // 4 billion
    expect(ic.expenses(id).execution).toBe(MESSAGE + 2n ** 32n - 1n);
    await start({}, canister(METER.replace('(i64.extend_i32_u (call $arg_i32))', '(i64.const 40000000001)')));
    await ic.update(id, 'work', NO_ARGUMENT);
    expect(ic.expenses(id).execution).toBe(RESERVE);
  });

  test('nothing but its coming in, when there is no such method', async () => {
    await expect(ic.update(id, 'nix', NO_ARGUMENT)).rejects.toMatchObject({ errorCode: 536 });
    expect(ic.expenses(id)).toEqual({ ...NO_EXPENSES, ingress: 1_206_000n });
  });

  test('as much for a query that is called like an update, and nothing for a query', async () => {
    await ic.query(id, 'work_on', i32(1_000_000));
    expect(ic.expenses(id)).toEqual(NO_EXPENSES);
    await ic.update(id, 'work_on', i32(1_000_000));
    expect(ic.expenses(id)).toEqual({ ...NO_EXPENSES, ingress: 1_222_000n, execution: 6_000_000n });
  });

  test('nothing when the canister does not let it in', async () => {
    await start({}, canister('(func (export "canister_inspect_message")) (func (export "canister_update f"))'));
    await expect(ic.update(id, 'f', NO_ARGUMENT)).rejects.toMatchObject({ code: RejectCode.CanisterReject });
    expect(ic.expenses(id)).toEqual(NO_EXPENSES);
  });

  test('by the number of nodes', async () => {
    await start({ pricedNodes: 34 });
    await ic.update(id, 'work', i32(1_000_000));
    expect(ic.expenses(id)).toMatchObject({ ingress: 3_180_307n, execution: 15_692_307n });
    const before = ic.cycleBalance(id);
    await set({ memory_allocation: [2n ** 30n] });
    await ic.advanceTime(100_000);
    expect(before - ic.cycleBalance(id)).toBe(33_215_384n); // the table's 332,153 a second and what is left of it
    await set({ memory_allocation: [0n], compute_allocation: [1n] });
    expect(ic.idleCyclesPerDay(id)).toBe((34n * (storage(BYTES << 30n, DAY) + ((COMPUTE_PERCENT_SECOND * DAY) << 30n)) / 13n) >> 30n);
  });
});

describe('the hooks of new code cost', () => {
  const HOOKS = `
    (func (export "canister_init") (call $work))
    (func (export "canister_pre_upgrade"))
    (func (export "canister_post_upgrade") (call $work))`;

  test('each as a message does', async () => {
    await start({}, canister(''));
    await ic.install(id, canister(METER + HOOKS), i32(1_000), 'reinstall');
    expect(ic.expenses(id)).toEqual({ ...NO_EXPENSES, execution: 5_001_000n });
    await ic.upgrade(id, canister(METER + HOOKS), i32(2_000));
    expect(ic.expenses(id).execution).toBe(5_001_000n + 5_000_000n + 5_002_000n);
    await expect(ic.upgrade(id, canister('(func (export "canister_post_upgrade") (unreachable))'), NO_ARGUMENT)).rejects.toThrow('unreachable');
    expect(ic.expenses(id).execution).toBeGreaterThan(15_003_000n + 2n * MESSAGE - 1n);
  });

  test('never more than there is, whatever they burn themselves', async () => {
    const burning = canister(METER + HOOKS.replaceAll(/\(call \$work\)|(?<=pre_upgrade"\))/g, '(call $burn (i64.const -1))'));
    await start({}, canister(''));
    await set({ freezing_threshold: [0n] });
    await ic.install(id, burning, NO_ARGUMENT, 'reinstall');
    expect(ic.cycleBalance(id)).toBe(RESERVE - MESSAGE); // what was set aside for the message
    expect(all([id])).toBe(T);
    ic.setCycleBalance(id, T);
    const before = all([id]);
    await ic.upgrade(id, burning, NO_ARGUMENT);
    expect(ic.cycleBalance(id)).toBe(RESERVE - 2n * MESSAGE);
    expect(all([id])).toBe(before);
  });
});

describe('being there costs', () => {
  test('for each byte and second, heap, stable memory and code', async () => {
    expect(ic.idleCyclesPerDay(id)).toBe(storage(BYTES, DAY));
    await ic.advanceTime(days(30));
    expect(ic.expenses(id)).toEqual({ ...NO_EXPENSES, storage: storage(BYTES, MONTH) });
    expect(ic.cycleBalance(id)).toBe(T - storage(BYTES, MONTH));
    await ic.update(id, 'grow', i32(10));
    const before = ic.expenses(id).storage;
    await ic.advanceTime(days(1));
    expect(ic.expenses(id).storage - before).toBe(storage(BYTES + 10n * PAGE, DAY));
  });

  test('for uploaded chunks', async () => {
    await manage('upload_chunk', { canister_id: id, chunk: new Uint8Array(1_000_000) });
    await ic.advanceTime(days(1));
    expect(ic.expenses(id).storage).toBe(storage(BYTES + 1_000_000n, DAY));
  });

  test('every ten seconds', async () => {
    await ic.advanceTime(9_999);
    expect(ic.expenses(id).storage).toBe(0n);
    await ic.advanceTime(1);
    expect(ic.expenses(id).storage).toBe(storage(BYTES, 10n));
  });

  test('nothing for an empty canister', async () => {
    const empty = ic.createCanister({ cycles: T });
    await ic.advanceTime(days(365));
    expect(ic.cycleBalance(empty)).toBe(T);
  });

  test('what was allocated, if that is more than what is used', async () => {
    await set({ memory_allocation: [2n ** 30n] });
    await ic.advanceTime(days(1));
    expect(ic.expenses(id).storage).toBe(127_000n * DAY);
    await set({ memory_allocation: [1n] });
    expect(ic.idleCyclesPerDay(id)).toBe(storage(BYTES, DAY));
  });

  test('for each percent of computing time that was allocated', async () => {
    await set({ compute_allocation: [3n] });
    await ic.advanceTime(60_000);
    expect(ic.expenses(id).storage).toBe(storage(BYTES, 60n) + 3n * COMPUTE_PERCENT_SECOND * 60n);
  });

  test('at most all there is, and the canister can go on once somebody pays', async () => {
    await ic.advanceTime(days(365_000));
    expect([ic.cycleBalance(id), ic.expenses(id).storage]).toEqual([0n, T]);
    await expect(ic.update(id, 'work', i32(0))).rejects.toMatchObject({ errorCode: 207 });
    ic.setCycleBalance(id, T);
    await ic.update(id, 'work', i32(0));
    expect(ic.cycleBalance(id)).toBe(T - ingress('work', i32(0)) - MESSAGE);
  });
});

describe('below its freezing limit a canister', () => {
  test('lets nothing in, and says what is missing', async () => {
    ic.setCycleBalance(id, LIMIT + RESERVE - 1n);
    await expect(ic.update(id, 'work', i32(0))).rejects.toMatchObject({
      code: RejectCode.SysTransient,
      errorCode: 207,
      message: `Canister ${id.toText()} is out of cycles: please top up the canister with at least 1 additional cycles`,
    });
    expect(ic.cycleBalance(id)).toBe(LIMIT + RESERVE - 1n);
    ic.setCycleBalance(id, LIMIT + RESERVE);
    await ic.update(id, 'work', i32(0));
  });

  test('takes no calls of other canisters, whose cycles come back', async () => {
    const caller = await create(T);
    ic.setCycleBalance(id, LIMIT + RESERVE - 1n);
    const answer = await callThrough(ic, caller, { callee: id, method: 'take_half', cycles: 8n });
    expect(answer).toMatchObject({ code: RejectCode.SysTransient, refunded: 8n, message: expect.stringContaining('is out of cycles') as string });
    expect(ic.cycleBalance(id)).toBe(LIMIT + RESERVE - 1n);
  });

  test('gets no new code', async () => {
    ic.setCycleBalance(id, LIMIT + RESERVE - 1n);
    const refused = { code: RejectCode.SysTransient, errorCode: 207, message: expect.stringMatching(/^Canister installation failed with `Canister .* is out of cycles: .* at least 1 additional cycles`\.$/) as string };
    await expect(ic.upgrade(id, WASM, NO_ARGUMENT)).rejects.toMatchObject(refused);
    await expect(ic.install(id, WASM, NO_ARGUMENT, 'reinstall')).rejects.toMatchObject(refused);
    ic.setCycleBalance(id, LIMIT + RESERVE);
    await ic.upgrade(id, WASM, NO_ARGUMENT);
  });

  test('has its timer wait until somebody pays', async () => {
    await ic.update(id, 'wake_in_a_minute', NO_ARGUMENT);
    ic.setCycleBalance(id, LIMIT);
    await ic.advanceTime(120_000);
    ic.setCycleBalance(id, LIMIT + 1n); // not enough
    await ic.advanceTime(0);
    expect(ic.expenses(id).execution).toBe(MESSAGE);
    await manage('provisional_top_up_canister', { canister_id: id, amount: T });
    await ic.advanceTime(0);
    expect(await fired()).toBe(1);
  });

  test('answers no queries', async () => {
    ic.setCycleBalance(id, LIMIT - 1n);
    await expect(ic.query(id, 'work_on', i32(0))).rejects.toMatchObject({
      code: RejectCode.SysTransient,
      errorCode: 207,
      message: `Canister ${id.toText()} is unable to process query calls because it's frozen. Please top up the canister with cycles and try again.`,
    });
    ic.setCycleBalance(id, LIMIT);
    await ic.query(id, 'work_on', i32(0));
  });

  test('has its timer wait until its settings let it go on', async () => {
    await ic.update(id, 'wake_in_a_minute', NO_ARGUMENT);
    await set({ freezing_threshold: [100_000n * DAY] });
    await ic.advanceTime(120_000);
    expect(ic.expenses(id).execution).toBe(MESSAGE);
    await set({ freezing_threshold: [MONTH] });
    await ic.advanceTime(0);
    expect(await fired()).toBe(1);
  });

  test('by its own threshold', async () => {
    await set({ freezing_threshold: [2n * MONTH] });
    const limit = storage(BYTES, 2n * MONTH);
    ic.setCycleBalance(id, limit + RESERVE - 1n);
    await expect(ic.update(id, 'work', i32(0))).rejects.toMatchObject({ errorCode: 207 });
    await set({ freezing_threshold: [MONTH] });
    await ic.update(id, 'work', i32(0));
  });
});

describe('what a canister can spend', () => {
  const balances = (reply: Uint8Array) => [readI64(reply), readI64(reply.subarray(16))];

  test('is its balance without what is set aside: for the message, and for the limit', async () => {
    const [balance, liquid] = balances(await ic.update(id, 'balances', NO_ARGUMENT));
    expect(balance).toBe(T - ingress('balances') - RESERVE);
    expect(liquid).toBe(balance - LIMIT);
  });

  test('can be burned: as much as it wants', async () => {
    expect(readI64(await ic.update(id, 'burn', i32(1_000)))).toBe(1_000n);
    expect(ic.expenses(id)).toEqual({ ...NO_EXPENSES, ingress: ingress('burn', i32(1_000)), execution: MESSAGE, burned: 1_000n });
    expect(all([id])).toBe(T);
  });

  test('can be burned: not the limit', async () => {
    const burned = readI64(await ic.update(id, 'burn_all', NO_ARGUMENT));
    expect(burned).toBe(T - ingress('burn_all') - RESERVE - LIMIT);
    expect(ic.cycleBalance(id)).toBe(LIMIT + RESERVE - MESSAGE);
    await expect(ic.update(id, 'burn_all', NO_ARGUMENT)).rejects.toMatchObject({ errorCode: 207 });
  });

  test('is the most that can go with a call', async () => {
    const payload = i32(0);
    const spendable = T - ingress('call', proxyArgument({ callee: id, method: 'work', payload })) - RESERVE - LIMIT;
    await expect(callThrough(ic, id, { callee: id, method: 'work', payload, cycles: spendable + 1n })).rejects.toThrow(`ic0.call_cycles_add128 asks for ${spendable + 1n} cycles`);
  });

  test('can go with calls, which leave the limit untouched', async () => {
    const other = await create(T);
    const call = { callee: other, method: 'take_half', cycles: 1_000n };
    const needed = LIMIT + ingress('call', proxyArgument(call)) + RESERVE + reservation(call.method.length) + call.cycles;
    ic.setCycleBalance(id, needed - 1n);
    await expect(callThrough(ic, id, call)).rejects.toMatchObject({ code: RejectCode.CanisterReject });
    ic.setCycleBalance(id, needed);
    expect(await callThrough(ic, id, call)).toMatchObject({ code: 0, refunded: 500n });
  });
});

describe('a call between canisters', () => {
  let other: Principal;
  beforeEach(async () => {
    other = await create(T);
  });

  test('costs the caller its transmission; all else that was held back returns', async () => {
    const call = { callee: other, method: 'take_half', payload: new Uint8Array(100), cycles: 1_000n };
    await callThrough(ic, id, call);
    const calls = CALL + CALL_BYTE * (9n + 100n + 8n); // name, argument, reply
    expect(ic.expenses(id)).toEqual({ ...NO_EXPENSES, ingress: ingress('call', proxyArgument(call)), execution: 2n * MESSAGE, calls });
    expect(ic.expenses(other)).toEqual({ ...NO_EXPENSES, execution: MESSAGE });
    expect([all([id]), all([other])]).toEqual([T - 500n, T + 500n]);
  });

  test('that is rejected costs the transmission of the reject', async () => {
    const answer = await callThrough(ic, id, { callee: other, method: 'take_and_fail', cycles: 1_000n });
    expect(answer).toMatchObject({ code: RejectCode.CanisterError, refunded: 1_000n });
    expect(ic.expenses(id).calls).toBe(CALL + CALL_BYTE * BigInt('take_and_fail'.length + answer.message.length));
    expect([all([id]), all([other])]).toEqual([T, T]);
  });

  test('holds cycles back while it is open; a timer that finds too few left waits for their return', async () => {
    const server = await slowServer();
    try {
      await start({ outcallHosts: { 'api.test': server.url } });
      await ic.update(id, 'wake_in_a_minute', NO_ARGUMENT);
      const outcall = { callee: MANAGEMENT, method: 'http_request', payload: outcallArgument({ url: 'https://api.test/', maxResponseBytes: 1_000n }), cycles: 100_000_000n };
      const held = reservation(outcall.method.length + outcall.payload.length) + outcall.cycles;
      ic.setCycleBalance(id, LIMIT + ingress('call', proxyArgument(outcall)) + RESERVE + held);
      const open = callThrough(ic, id, outcall);
      await server.asked;
      expect(ic.cycleBalance(id)).toBe(LIMIT + RESERVE - MESSAGE);
      await ic.advanceTime(61_000);
      const before = ic.expenses(id).execution;
      server.answer();
      expect(await open).toMatchObject({ code: 0 });
      await ic.advanceTime(0);
      expect(ic.expenses(id).execution - before).toBe(2n * MESSAGE); // the callback and the timer
      expect(await fired()).toBe(1);
    } finally {
      await server.close();
    }
  });

  test('can give cycles to a canister: deposit_cycles', async () => {
    const answer = await callThrough(ic, id, { callee: MANAGEMENT, method: 'deposit_cycles', payload: encode('deposit_cycles', { canister_id: other }), cycles: 5_000n });
    expect(answer).toMatchObject({ code: 0, refunded: 0n });
    expect([all([id]), all([other])]).toEqual([T - 5_000n, T + 5_000n]);
  });

  test('can create a canister, which has what is left of the cycles after the fee', async () => {
    const call = { callee: MANAGEMENT, method: 'create_canister', payload: encode('create_canister', { settings: [], sender_canister_version: [] }) };
    const created = await callThrough(ic, id, { ...call, cycles: CREATION + 7n });
    const { canister_id } = decode('create_canister', created.data) as { canister_id: Principal };
    expect([ic.cycleBalance(canister_id), all([id])]).toEqual([7n, T - CREATION - 7n]);
    const poor = await callThrough(ic, id, { ...call, cycles: 1_000n });
    expect(poor).toMatchObject({ code: RejectCode.CanisterReject, refunded: 1_000n, message: expect.stringContaining(`requires a fee of ${CREATION} `) as string });
    expect(all([id])).toBe(T - CREATION - 7n);
  });

  test('of code that is uninstalled gives its cycles back, and calls no other code back', async () => {
    const server = await slowServer();
    try {
      await start({ outcallHosts: { 'api.test': server.url } });
      const payload = outcallArgument({ url: 'https://api.test/', maxResponseBytes: 1_000n });
      const open = callThrough(ic, id, { callee: MANAGEMENT, method: 'http_request', payload, cycles: 100_000_000n }).catch((error: unknown) => error);
      await server.asked;
      await manage('uninstall_code', { canister_id: id, sender_canister_version: [] });
      expect(await open).toMatchObject({ code: RejectCode.CanisterReject, message: 'Canister has been uninstalled.' });
      await ic.install(id, WASM, NO_ARGUMENT);
      const { execution } = ic.expenses(id);
      server.answer();
      await ic.settled();
      expect(ic.expenses(id).execution).toBe(execution);
      expect(all([id])).toBe(T);
    } finally {
      await server.close();
    }
  });
});

describe('a balance', () => {
  test('can be set from outside, which is no expense', () => {
    ic.setCycleBalance(id, 7n * T);
    expect([ic.cycleBalance(id), ic.expenses(id)]).toEqual([7n * T, NO_EXPENSES]);
  });

  test('is not below zero, even when it is taken away in the middle of a message that spends it', async () => {
    let taken = false;
    const seen: bigint[] = [];
    await start({ onMessage: () => {
      if (taken) seen.push(ic.cycleBalance(id));
      else ic.setCycleBalance(id, 0n);
      taken = true;
    } });
    const other = await create(T);
    await callThrough(ic, id, { callee: other, method: 'take_half', cycles: T / 10n });
    expect(seen[0]).toBe(0n); // while the other canister works
    ic.setCycleBalance(id, T);
    expect(await callThrough(ic, other, { callee: id, method: 'take_half' })).toMatchObject({ code: 0 });
  });

  test('is not charged for storage in the middle of a message', async () => {
    let jumped = false;
    await start({ onMessage: ({ entry }) => {
      if (entry !== 'canister_update burn_all' || jumped) return;
      jumped = true;
      void ic.advanceTime(days(36_500));
      ic.cycleBalance(id); // which charges for what is due
    } });
    await ic.update(id, 'burn_all', NO_ARGUMENT);
    expect(jumped).toBe(true);
    expect(all([id])).toBe(T);
    expect(ic.expenses(id).burned).toBe(T - ingress('burn_all') - RESERVE - LIMIT);
  });

  test('plus what was spent is the same after whatever canisters do with one another', async () => {
    let lowest = 0n;
    await start({ onMessage: () => {
      for (const each of canisters) if (ic.cycleBalance(each) < lowest) lowest = ic.cycleBalance(each);
    } });
    const canisters = [id, await create(T / 2n), await create(T / 8n)];
    const index = fc.nat(canisters.length - 1);
    const cycles = fc.oneof(fc.bigInt(0n, 1_000n), fc.bigInt(0n, T / 10n));
    const method = fc.constantFrom('take_half', 'take_and_fail', 'burn', 'fail', 'nix', 'work');
    const call = fc.record({ from: index, to: index, method, cycles, days: fc.constantFrom(0, 0, 0, 1, 40), wait: fc.boolean() });
    const perform = (action: CallThroughProxy & { from: Principal }) => callThrough(ic, action.from, action).catch(() => undefined);
    await fc.assert(fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (actions) => {
      const before = all(canisters);
      const open: Promise<unknown>[] = [];
      for (const { from, to, wait, days: ahead, ...action } of actions) {
        open.push(perform({ ...action, from: canisters[from], callee: canisters[to], payload: i32(1_000) }));
        if (ahead > 0) open.push(ic.advanceTime(days(ahead)));
        if (wait) await Promise.all(open);
      }
      await Promise.all(open);
      await ic.settled();
      expect(all(canisters)).toBe(before);
    }), { numRuns: 25 });
    expect(lowest).toBe(0n);
  });
});
