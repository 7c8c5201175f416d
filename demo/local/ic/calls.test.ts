import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalIc, RejectCode } from './index.js';
import { outcallArgument, TestServer } from './testing/outcalls.js';
import { callThrough, proxyArgument, proxyCanister } from './testing/proxy-canister.js';
import { canister, NO_ARGUMENT, readI32, readI64 } from './testing/wat.js';

const MANAGEMENT = Principal.managementCanister();
const T = 1_000_000_000_000n;

/** Methods to be called, and updates that do odd things with the call that their argument describes. */
const MORE = `
  (global $count (mut i32) (i32.const 0))
  (func $bump (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "canister_query count") (call $reply_i32 (global.get $count)))
  (func (export "canister_update bump") (call $bump) (call $reply_i32 (global.get $count)))
  (func (export "canister_update take_half")
    (call $msg_cycles_available128 (i32.const 64))
    (call $msg_cycles_accept128 (i64.const 0) (i64.shr_u (i64.load (i32.const 64)) (i64.const 1)) (i32.const 64))
    (call $reply_bytes (i32.const 64) (i32.const 8)))
  (func (export "canister_update who")
    (call $msg_caller_copy (i32.const 64) (i32.const 0) (call $msg_caller_size))
    (call $reply_bytes (i32.const 64) (call $msg_caller_size)))
  (func (export "canister_update trap") (unreachable))
  (func (export "canister_update silent"))
  (func (export "canister_update call_and_trap")
    (call $parse_and_begin) (drop (call $call_perform)) (unreachable))
  (func (export "canister_update call_and_drop")
    (call $parse_and_begin)
    (call $reply_i32 (i32.const 0)))
`;
/** Callbacks that trap, with and without something to clean up. One bump comes before each await. */
const TRAPPING = `
  (table 8 funcref)
  (elem (i32.const 1) $reply_traps $clean_up $cleanup_traps $cleanup_replies)
  (global $count (mut i32) (i32.const 0))
  (func $bump (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func $begin (param $cleanup i32)
    (call $bump)
    (call $canister_self_copy (i32.const 64) (i32.const 0) (call $canister_self_size))
    (i32.store (i32.const 96) (i32.const 0x656e6f6e)) ;; "none"
    (call $call_new (i32.const 64) (call $canister_self_size) (i32.const 96) (i32.const 4)
      (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0))
    (if (local.get $cleanup) (then (call $call_on_cleanup (local.get $cleanup) (i32.const 40))))
    (drop (call $call_perform)))
  (func $reply_traps (param i32) (global.set $count (i32.const 1000)) (unreachable))
  (func $clean_up (param $env i32) (global.set $count (i32.add (global.get $count) (i32.add (local.get $env) (call $msg_reject_code)))))
  (func $cleanup_traps (param i32) (global.set $count (i32.const 2000)) (unreachable))
  (func $cleanup_replies (param i32) (call $reply_i32 (i32.const 0)))
  (func (export "canister_query count") (call $reply_i32 (global.get $count)))
  (func (export "canister_update bare") (call $begin (i32.const 0)))
  (func (export "canister_update cleaned") (call $begin (i32.const 2)))
  (func (export "canister_update twice_trapped") (call $begin (i32.const 3)))
  (func (export "canister_update replying_cleanup") (call $begin (i32.const 4)))
`;

let ic: LocalIc;
let proxy: Principal;
let other: Principal;
beforeEach(async () => {
  ic = new LocalIc();
  [proxy, other] = [ic.createCanister({ cycles: T }), ic.createCanister({ cycles: T })];
  const wasm = proxyCanister(MORE);
  await ic.install(proxy, wasm, NO_ARGUMENT);
  await ic.install(other, wasm, NO_ARGUMENT);
});
afterEach(() => ic.close());

/** What a canister has, with what its own work has cost it: what is missing has gone to somebody else. */
const kept = (id: Principal) => ic.cycleBalance(id) + Object.values(ic.expenses(id)).reduce((sum, amount) => sum + amount, 0n);
const count = async (id: Principal) => readI32(await ic.query(id, 'count', NO_ARGUMENT));

describe('calls between canisters', () => {
  test.each(['another', 'itself'])('reach %s', async (which) => {
    const callee = which === 'itself' ? proxy : other;
    const answer = await callThrough(ic, proxy, { callee, method: 'bump' });
    expect([answer.code, readI32(answer.data), await count(callee)]).toEqual([0, 1, 1]);
  });

  test('name the calling canister as the caller', async () => {
    const answer = await callThrough(ic, proxy, { callee: other, method: 'who' });
    expect(Principal.fromUint8Array(answer.data).toText()).toBe(proxy.toText());
  });

  test('carry cycles, of which the callee takes what it accepts', async () => {
    const answer = await callThrough(ic, proxy, { callee: other, method: 'take_half', cycles: 1_000n });
    expect([readI64(answer.data), answer.refunded]).toEqual([500n, 500n]);
    expect([kept(proxy), kept(other)]).toEqual([T - 500n, T + 500n]);
  });

  test.each([
    ['a trap', 'trap', RejectCode.CanisterError, 'unreachable'],
    ['no reply', 'silent', RejectCode.CanisterError, 'did not reply'],
    ['no such method', 'nix', RejectCode.CanisterError, "no update method 'nix'"],
  ])('are rejected: %s; all cycles come back', async (_what, method, code, message) => {
    const answer = await callThrough(ic, proxy, { callee: other, method, cycles: 7n });
    expect(answer).toMatchObject({ code, refunded: 7n, message: expect.stringContaining(message) as string });
    expect(kept(proxy)).toBe(T);
  });

  test('to nobody are rejected as an invalid destination', async () => {
    const answer = await callThrough(ic, proxy, { callee: Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai'), method: 'f', cycles: 7n });
    expect(answer).toMatchObject({ code: RejectCode.DestinationInvalid, refunded: 7n });
  });

  test('of a message that traps are not sent, and cost nothing', async () => {
    await expect(ic.update(proxy, 'call_and_trap', proxyArgument({ callee: other, method: 'bump', cycles: 7n }))).rejects.toThrow('unreachable');
    await ic.settled();
    expect(await count(other)).toBe(0);
    expect(kept(proxy)).toBe(T);
  });

  test('that are begun but not performed are not sent, and give their cycles back', async () => {
    await ic.update(proxy, 'call_and_drop', proxyArgument({ callee: other, method: 'bump', cycles: 7n }));
    await ic.settled();
    expect([await count(other), kept(proxy)]).toEqual([0, T]);
  });

  test('cannot take more cycles along than there are', async () => {
    await expect(callThrough(ic, proxy, { callee: other, method: 'bump', cycles: T + 1n })).rejects.toThrow('ic0.call_cycles_add128 asks for');
    expect(kept(proxy)).toBe(T);
  });

  test('are not performed when the balance does not cover their reservation', async () => {
    ic.setCycleBalance(proxy, 60_000_000_000n); // enough for one message, not for a callback besides
    const before = kept(proxy);
    await expect(callThrough(ic, proxy, { callee: other, method: 'bump' })).rejects.toMatchObject({ code: RejectCode.CanisterReject });
    expect([await count(other), kept(proxy)]).toEqual([0, before]);
  });

  test('run many at a time', async () => {
    ic.setCycleBalance(proxy, 10n * T); // each call holds back 42 G for its callback
    const answers = await Promise.all(Array.from({ length: 50 }, () => callThrough(ic, proxy, { callee: other, method: 'bump' })));
    expect(new Set(answers.map(({ data }) => readI32(data))).size).toBe(50);
    expect(await count(other)).toBe(50);
  });
});

describe('a callback that traps', () => {
  let id: Principal;
  beforeEach(async () => {
    id = ic.createCanister();
    await ic.install(id, canister(TRAPPING), NO_ARGUMENT);
  });

  test('is rolled back to the state after the await, and rejects the call', async () => {
    await expect(ic.update(id, 'bare', NO_ARGUMENT)).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining('unreachable') as string });
    expect(await count(id)).toBe(1);
  });

  test('has its cleanup run, with the code of the reject that came', async () => {
    await expect(ic.update(id, 'cleaned', NO_ARGUMENT)).rejects.toThrow('unreachable');
    expect(await count(id)).toBe(1 + 40 + RejectCode.CanisterError);
  });

  test('and whose cleanup traps too loses the changes of both', async () => {
    await expect(ic.update(id, 'twice_trapped', NO_ARGUMENT)).rejects.toThrow('call_on_cleanup also failed');
    expect(await count(id)).toBe(1);
  });

  test('cannot be replied for by its cleanup', async () => {
    await expect(ic.update(id, 'replying_cleanup', NO_ARGUMENT)).rejects.toThrow('ic0.msg_reply_data_append cannot be called from a cleanup callback');
  });
});

describe('trapNext', () => {
  test('makes the next reply callback trap when its work is done', async () => {
    ic.trapNext(proxy, 'reply');
    await expect(callThrough(ic, proxy, { callee: other, method: 'bump' })).rejects.toMatchObject({ code: RejectCode.CanisterError });
    expect(await count(other)).toBe(1);
    expect((await callThrough(ic, proxy, { callee: other, method: 'bump' })).code).toBe(0);
  });

  test('undoes an update, and passes over what canisters have caused', async () => {
    ic.trapNext(other, 'update');
    expect((await callThrough(ic, proxy, { callee: other, method: 'bump' })).code).toBe(0);
    await expect(ic.update(other, 'bump', NO_ARGUMENT)).rejects.toMatchObject({ code: RejectCode.CanisterError });
    expect(await count(other)).toBe(1);
  });
});

describe('the management canister', () => {
  test('gives random bytes', async () => {
    const random = async () => Buffer.from(IDL.decode([IDL.Vec(IDL.Nat8)], (await callThrough(ic, proxy, { callee: MANAGEMENT, method: 'raw_rand', payload: new Uint8Array(IDL.encode([], [])) })).data)[0] as unknown as Uint8Array);
    const [one, two] = [await random(), await random()];
    expect([one.length, two.length]).toEqual([32, 32]);
    expect(one.equals(two)).toBe(false);
  });

  test.each([
    ['sign_with_ecdsa', RejectCode.CanisterReject, "The management canister's method sign_with_ecdsa is not implemented in the local IC"],
    ['toString', RejectCode.CanisterError, "Management canister has no method 'toString'"],
  ])('has no %s here, and says so', async (method, code, message) => {
    expect(await callThrough(ic, proxy, { callee: MANAGEMENT, method, cycles: 3n })).toMatchObject({ code, refunded: 3n, message });
  });
});

describe('a bounded-wait call', () => {
  const BOUNDED = `
    (func (export "canister_update bounded")
      (call $parse_and_begin)
      (call $call_with_best_effort_response (i32.const 10))
      (drop (call $call_perform)))
    (func (export "canister_update deadline") (call $reply_i64 (call $msg_deadline)))`;
  let id: Principal;
  beforeEach(async () => {
    id = ic.createCanister();
    await ic.install(id, proxyCanister(BOUNDED), NO_ARGUMENT);
  });

  test('tells the callee its deadline', async () => {
    const start = Date.now();
    const reply = Buffer.from(await ic.update(id, 'bounded', proxyArgument({ callee: id, method: 'deadline' })));
    const wait = Number(reply.readBigUInt64LE(12) / 1_000_000n) - start;
    expect(wait).toBeGreaterThanOrEqual(10_000);
    expect(wait).toBeLessThan(12_000);
  });

  test('ends with SysUnknown when its time is up', async () => {
    const silent = await TestServer.start(() => undefined);
    const ic2 = new LocalIc({ outcallHosts: { 'silent.test': silent.url } });
    try {
      const waiting = ic2.createCanister();
      await ic2.install(waiting, proxyCanister(BOUNDED), NO_ARGUMENT);
      const payload = outcallArgument({ url: 'https://silent.test/', maxResponseBytes: 1_000n });
      const reply = ic2.update(waiting, 'bounded', proxyArgument({ callee: MANAGEMENT, method: 'http_request', payload, cycles: 100_000_000n }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await ic2.advanceTime(10_000);
      expect(readI32(await reply)).toBe(RejectCode.SysUnknown);
    } finally {
      await silent.close();
      await ic2.close();
    }
  });
});
