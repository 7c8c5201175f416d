import { Principal } from '@dfinity/principal';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LocalIc, RejectCode } from './index.js';
import { canister, i32, NO_ARGUMENT, readI32, readI64 } from './testing/wat.js';

/** Keeps one number in the heap, in a global and in stable memory. */
const KEEPER = `
  (global $kept (mut i32) (i32.const 0))
  (func (export "canister_init") (drop (call $stable64_grow (i64.const 1))))
  (func $keep
    (global.set $kept (call $arg_i32))
    (i32.store (i32.const 2000) (global.get $kept))
    (call $stable64_write (i64.const 100) (i64.const 2000) (i64.const 4)))
  (func $recall
    (call $stable64_read (i64.const 40) (i64.const 100) (i64.const 4))
    (i32.store (i32.const 32) (global.get $kept))
    (i32.store (i32.const 36) (i32.load (i32.const 2000)))
    (call $reply_bytes (i32.const 32) (i32.const 12)))
  (func (export "canister_query recall") (call $recall))
  (func (export "canister_query keep_and_recall") (call $keep) (call $recall))
  (func (export "canister_update keep") (call $keep) (call $reply_i32 (i32.const 0)))
  (func (export "canister_update keep_and_trap") (call $keep) (unreachable))
  (func (export "canister_update grow_and_trap")
    (drop (memory.grow (i32.const 10)))
    (drop (call $stable64_grow (i64.const 10)))
    (i32.store (i32.const 4194304) (i32.const 1))
    (call $keep) (unreachable))
  (func (export "canister_update grow") (drop (memory.grow (i32.const 1))) (call $reply_i32 (i32.const 0)))
  (func (export "canister_query sizes")
    (i32.store (i32.const 32) (memory.size))
    (i64.store (i32.const 36) (call $stable64_size))
    (call $reply_bytes (i32.const 32) (i32.const 12)))
`;

let ic: LocalIc;
let lines: string[];
beforeEach(() => {
  lines = [];
  ic = new LocalIc({ log: (line) => lines.push(line) });
});
afterEach(() => ic.close());

async function install(fields: string): Promise<Principal> {
  const id = ic.createCanister();
  await ic.install(id, canister(fields), NO_ARGUMENT);
  return id;
}
const three = (reply: Uint8Array) => [0, 4, 8].map((at) => readI32(reply.subarray(at)));

test('canister ids are the same in every run', () => {
  expect([ic.createCanister(), ic.createCanister()].map((id) => id.toText())).toEqual(['uxrrr-q7777-77774-qaaaq-cai', 'u6s2n-gx777-77774-qaaba-cai']);
  const own = Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai');
  expect(ic.createCanister({ id: own }).toText()).toBe(own.toText());
  expect(() => ic.createCanister({ id: own })).toThrow('already');
});

describe('an update', () => {
  test('keeps what it changes in heap, globals and stable memory', async () => {
    const id = await install(KEEPER);
    await ic.update(id, 'keep', i32(7));
    expect(three(await ic.query(id, 'recall', NO_ARGUMENT))).toEqual([7, 7, 7]);
  });

  test('that traps changes nothing', async () => {
    const id = await install(KEEPER);
    await ic.update(id, 'keep', i32(7));
    await expect(ic.update(id, 'keep_and_trap', i32(8))).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining('unreachable') as string });
    expect(three(await ic.query(id, 'recall', NO_ARGUMENT))).toEqual([7, 7, 7]);
    expect(lines.join()).toContain('canister_update keep_and_trap trapped: Canister trapped: unreachable');
  });

  test('that traps after growing its memories gives the growth back', async () => {
    const id = await install(KEEPER);
    await ic.update(id, 'keep', i32(7));
    await ic.update(id, 'grow', NO_ARGUMENT);
    const before = three(await ic.query(id, 'sizes', NO_ARGUMENT));
    expect(before).toEqual([65, 1, 0]);
    await expect(ic.update(id, 'grow_and_trap', i32(8))).rejects.toThrow();
    expect(three(await ic.query(id, 'sizes', NO_ARGUMENT))).toEqual(before);
    expect(three(await ic.query(id, 'recall', NO_ARGUMENT))).toEqual([7, 7, 7]);
    await ic.update(id, 'keep', i32(9));
    expect(three(await ic.query(id, 'recall', NO_ARGUMENT))).toEqual([9, 9, 9]);
  });

  test('that never replies is rejected, and keeps its changes', async () => {
    const id = await install(`${KEEPER} (func (export "canister_update silent") (call $keep))`);
    await expect(ic.update(id, 'silent', i32(5))).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining('did not reply') as string });
    expect(three(await ic.query(id, 'recall', NO_ARGUMENT))).toEqual([5, 5, 5]);
  });

  test('can reject, by its own words', async () => {
    const id = await install('(data (i32.const 2000) "no thanks") (func (export "canister_update no") (call $msg_reject (i32.const 2000) (i32.const 9)))');
    await expect(ic.update(id, 'no', NO_ARGUMENT)).rejects.toMatchObject({ code: RejectCode.CanisterReject, message: 'no thanks' });
  });

  test('cannot reply twice', async () => {
    const id = await install('(func (export "canister_update twice") (call $reply_i32 (i32.const 0)) (call $reply_i32 (i32.const 0)))');
    await expect(ic.update(id, 'twice', NO_ARGUMENT)).rejects.toThrow('already responded');
  });

  test('reaches a query method in replicated mode, and leaves no trace there either', async () => {
    const id = await install(`${KEEPER} (func (export "canister_query replicated") (call $keep) (call $reply_i32 (call $in_replicated_execution)))`);
    expect(readI32(await ic.update(id, 'replicated', i32(3)))).toBe(1);
    expect(readI32(await ic.query(id, 'replicated', i32(3)))).toBe(0);
    expect(three(await ic.query(id, 'recall', NO_ARGUMENT))).toEqual([0, 0, 0]);
  });
});

test('a query sees its own changes and leaves no trace of them', async () => {
  const id = await install(KEEPER);
  expect(three(await ic.query(id, 'keep_and_recall', i32(4)))).toEqual([4, 4, 4]);
  expect(three(await ic.query(id, 'recall', NO_ARGUMENT))).toEqual([0, 0, 0]);
});

test('the start function runs once, at installation, with stable memory at hand', async () => {
  const id = await install(`${KEEPER}
    (start $begin)
    (func $begin
      (drop (call $stable64_grow (i64.const 1)))
      (i32.store (i32.const 2000) (i32.add (i32.load (i32.const 2000)) (i32.const 1))))`);
  await expect(ic.update(id, 'grow_and_trap', i32(8))).rejects.toThrow(); // makes a fresh instance
  expect(three(await ic.query(id, 'recall', NO_ARGUMENT))).toEqual([0, 1, 0]);
});

describe('the System API', () => {
  test.each([
    ['canister_query f', '(call $certified_data_set (i32.const 0) (i32.const 0))', 'ic0.certified_data_set cannot be called from a query'],
    ['canister_query f', '(drop (call $call_perform))', 'ic0.call_perform cannot be called from a query'],
    ['canister_update f', '(call $accept_message)', 'ic0.accept_message cannot be called from an update'],
    ['canister_update f', '(drop (call $msg_reject_code))', 'ic0.msg_reject_code cannot be called from an update'],
    ['canister_update f', '(call $cost_http_request_v2 (i32.const 0) (i32.const 0) (i32.const 0))', 'ic0.cost_http_request_v2 is not implemented in the local IC'],
    ['canister_update f', '(call $call_data_append (i32.const 0) (i32.const 0))', 'no call under construction'],
    ['canister_update f', '(call $msg_reply_data_append (i32.const 4194303) (i32.const 2))', 'heap out of bounds'],
    ['canister_update f', '(call $msg_arg_data_copy (i32.const 0) (i32.const 0) (i32.const 1))', 'past the end'],
    ['canister_update f', '(call $stable64_write (i64.const 0) (i64.const 0) (i64.const 1))', 'stable memory out of bounds'],
    ['canister_update f', '(call $stable64_read (i64.const 0) (i64.const -1) (i64.const 2))', 'stable memory out of bounds'],
    ['canister_update f', '(call $certified_data_set (i32.const 0) (i32.const 33))', '33 bytes'],
  ])('%s: %s', async (entry, code, message) => {
    const id = await install(`(func (export "${entry}") ${code} (call $reply_i32 (i32.const 0)))`);
    const call = entry.startsWith('canister_query') ? ic.query(id, 'f', NO_ARGUMENT) : ic.update(id, 'f', NO_ARGUMENT);
    await expect(call).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining(message) as string });
  });

  test('time is in nanoseconds, moves with advanceTime, and stands still within a message', async () => {
    const id = await install(`
      (func (export "canister_query time") (call $reply_i64 (call $time)))
      (func (export "canister_query same") (call $reply_i32 (i64.eq (call $time) (call $time))))`);
    const before = readI64(await ic.query(id, 'time', NO_ARGUMENT));
    expect(Math.abs(Number(before / 1_000_000n) - Date.now())).toBeLessThan(2_000);
    await ic.advanceTime(60_000);
    expect(readI64(await ic.query(id, 'time', NO_ARGUMENT)) - before).toBeGreaterThanOrEqual(60_000_000_000n);
    expect(readI32(await ic.query(id, 'same', NO_ARGUMENT))).toBe(1);
  });

  test('time does not go backwards when the clock of the machine does', async () => {
    const id = await install('(func (export "canister_query time") (call $reply_i64 (call $time)))');
    const before = readI64(await ic.query(id, 'time', NO_ARGUMENT));
    const clock = vi.spyOn(Date, 'now').mockReturnValue(0);
    try {
      expect(readI64(await ic.query(id, 'time', NO_ARGUMENT))).toBe(before);
    } finally {
      clock.mockRestore();
    }
  });

  test('tells callers and controllers apart', async () => {
    const controller = Principal.selfAuthenticating(new Uint8Array([1]));
    const id = ic.createCanister({ controller });
    await ic.install(id, canister(`
      (func (export "canister_query am_i")
        (call $msg_caller_copy (i32.const 64) (i32.const 0) (call $msg_caller_size))
        (call $reply_i32 (call $is_controller (i32.const 64) (call $msg_caller_size))))`), NO_ARGUMENT);
    expect(readI32(await ic.query(id, 'am_i', NO_ARGUMENT, controller))).toBe(1);
    expect(readI32(await ic.query(id, 'am_i', NO_ARGUMENT))).toBe(0);
  });

  test('prints and traps into the log', async () => {
    const id = await install(`
      (data (i32.const 2000) "hello")
      (func (export "canister_update print") (call $debug_print (i32.const 2000) (i32.const 5)) (call $trap (i32.const 2000) (i32.const 4)))`);
    await expect(ic.update(id, 'print', NO_ARGUMENT)).rejects.toThrow("Canister called `ic0.trap` with message: 'hell'");
    expect(lines).toContain(`[${id.toText()}] hello`);
  });
});

describe('inspect_message', () => {
  const GATE = `
    (global $seen (mut i32) (i32.const 0))
    (func (export "canister_inspect_message")
      (global.set $seen (i32.const 1))
      (if (i32.eq (call $arg_i32) (i32.const 1)) (then (call $accept_message)))
      (if (i32.eq (call $arg_i32) (i32.const 2)) (then (unreachable))))
    (func (export "canister_update f") (call $reply_i32 (global.get $seen)))`;

  test('lets ingress in, or not, and leaves no trace', async () => {
    const id = await install(GATE);
    expect(readI32(await ic.update(id, 'f', i32(1)))).toBe(0);
    await expect(ic.update(id, 'f', i32(0))).rejects.toMatchObject({ code: RejectCode.CanisterReject, message: expect.stringContaining('rejected the message') as string });
    await expect(ic.update(id, 'f', i32(2))).rejects.toMatchObject({ code: RejectCode.CanisterError });
  });
});

describe('what is not there', () => {
  test.each([
    ['a canister', (id: Principal) => ic.query(Principal.fromText('aaaaa-aa'), 'f', NO_ARGUMENT).finally(() => id), RejectCode.DestinationInvalid, 'not found'],
    ['a query method', (id: Principal) => ic.query(id, 'nix', NO_ARGUMENT), RejectCode.CanisterError, "no query method 'nix'"],
    ['an update method', (id: Principal) => ic.update(id, 'nix', NO_ARGUMENT), RejectCode.CanisterError, "no update method 'nix'"],
    ['a composite query', (id: Principal) => ic.query(id, 'composite', NO_ARGUMENT), RejectCode.CanisterError, 'composite query, which the local IC does not run'],
    ['a module', () => ic.query(ic.createCanister(), 'f', NO_ARGUMENT), RejectCode.CanisterError, 'no Wasm module'],
  ])('%s', async (_what, call, code, message) => {
    const id = await install('(func (export "canister_composite_query composite"))');
    await expect(call(id)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});
