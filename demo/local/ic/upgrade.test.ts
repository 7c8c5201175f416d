import { Principal } from '@dfinity/principal';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalIc, RejectCode } from './index.js';
import { type Outcall, outcallArgument, TestServer } from './testing/outcalls.js';
import { proxyArgument, proxyCanister } from './testing/proxy-canister.js';
import { canister, i32, NO_ARGUMENT, readI32, readI64 } from './testing/wat.js';

/** Keeps a number in the heap and in stable memory; on an upgrade the heap's goes to stable memory too, at 8. */
const BASE = `
  (global $kept (mut i32) (i32.const 0))
  (func (export "canister_init") (drop (call $stable64_grow (i64.const 1))))
  (func (export "canister_update keep")
    (global.set $kept (call $arg_i32))
    (call $stable64_write (i64.const 0) (i64.const 16) (i64.const 4))
    (call $reply_i32 (i32.const 0)))
  (func (export "canister_query recall")
    (i32.store (i32.const 32) (global.get $kept))
    (call $stable64_read (i64.const 36) (i64.const 0) (i64.const 4))
    (call $stable64_read (i64.const 40) (i64.const 8) (i64.const 4))
    (call $reply_bytes (i32.const 32) (i32.const 12)))
`;
const SAVING = `
  (func (export "canister_pre_upgrade")
    (i32.store (i32.const 16) (global.get $kept))
    (global.set $kept (i32.const -1))
    (call $stable64_write (i64.const 8) (i64.const 16) (i64.const 4)))`;
/** Takes the argument into the heap, spoils stable memory, and traps when the argument is 0. */
const SPOILING = `
  (func (export "canister_post_upgrade")
    (global.set $kept (call $arg_i32))
    (drop (call $stable64_grow (i64.const 5)))
    (call $stable64_write (i64.const 100) (i64.const 16) (i64.const 4))
    (if (i32.eqz (global.get $kept)) (then
      (call $stable64_write (i64.const 0) (i64.const 0) (i64.const 64))
      (unreachable))))`;

let ic: LocalIc;
let id: Principal;
let server: TestServer;
let held: ServerResponse[];
beforeEach(async () => {
  held = [];
  server = await TestServer.start((_request, response) => held.push(response));
  ic = new LocalIc({ outcallHosts: { 'slow.test': server.url } });
  id = ic.createCanister();
});
afterEach(async () => {
  await server.close();
  await ic.close();
});

const recall = async () => {
  const reply = await ic.query(id, 'recall', NO_ARGUMENT);
  return [0, 4, 8].map((at) => readI32(reply.subarray(at)));
};

describe('an upgrade', () => {
  test('keeps stable memory, loses the heap, and runs both hooks', async () => {
    await ic.install(id, canister(BASE + SAVING), NO_ARGUMENT);
    await ic.update(id, 'keep', i32(7));
    await ic.upgrade(id, canister(BASE + SPOILING), i32(9));
    expect(await recall()).toEqual([9, 7, 7]);
    expect(ic.stableMemory(id).length).toBe(6 * 65_536);
  });

  test('whose post_upgrade traps is undone whole: code, heap and stable memory', async () => {
    await ic.install(id, canister(BASE + SAVING), NO_ARGUMENT);
    await ic.update(id, 'keep', i32(7));
    await expect(ic.upgrade(id, canister(BASE + SPOILING), i32(0))).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining('unreachable') as string });
    expect(await recall()).toEqual([7, 7, 0]);
    expect(ic.stableMemory(id).length).toBe(65_536);
    await ic.update(id, 'keep', i32(8));
    expect(await recall()).toEqual([8, 8, 0]);
  });

  test('whose pre_upgrade traps is undone', async () => {
    await ic.install(id, canister(`${BASE} (func (export "canister_pre_upgrade") (global.set $kept (i32.const 1)) (unreachable))`), NO_ARGUMENT);
    await ic.update(id, 'keep', i32(7));
    await expect(ic.upgrade(id, canister(BASE), NO_ARGUMENT)).rejects.toThrow('unreachable');
    expect(await recall()).toEqual([7, 7, 0]);
  });

  test('to a module that cannot be instantiated is undone', async () => {
    await ic.install(id, canister(BASE + SAVING), NO_ARGUMENT);
    await ic.update(id, 'keep', i32(7));
    await expect(ic.upgrade(id, canister('(data (i32.const 4194304) "beyond")'), NO_ARGUMENT)).rejects.toThrow('cannot be instantiated');
    expect(await recall()).toEqual([7, 7, 0]);
  });

  test('raises the version that the canister sees', async () => {
    const code = `
      (global $seen (mut i64) (i64.const 0))
      (func (export "canister_post_upgrade") (global.set $seen (call $canister_version)))
      (func (export "canister_query now") (call $reply_i64 (call $canister_version)))
      (func (export "canister_query seen") (call $reply_i64 (global.get $seen)))`;
    await ic.install(id, canister(code), NO_ARGUMENT);
    const before = readI64(await ic.query(id, 'now', NO_ARGUMENT));
    await ic.upgrade(id, canister(code), NO_ARGUMENT);
    expect(readI64(await ic.query(id, 'seen', NO_ARGUMENT))).toBeGreaterThan(before);
  });

  test('of an empty canister is refused', async () => {
    await expect(ic.upgrade(id, canister(BASE), NO_ARGUMENT)).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining('no Wasm module') as string });
  });
});

describe('open calls', () => {
  const STATUS = '(func (export "canister_post_upgrade") (global.set $status (call $canister_status))) (global $status (mut i32) (i32.const 0)) (func (export "canister_query status") (call $reply_i32 (global.get $status)))';
  /** An update that waits for an outcall, which the server holds back. */
  const openCall = async (more: Partial<Outcall> = {}) => {
    const payload = outcallArgument({ url: 'https://slow.test/', maxResponseBytes: 2_000n, ...more });
    const answer = ic.update(id, 'call', proxyArgument({ callee: Principal.managementCanister(), method: 'http_request', payload, cycles: 100_000_000n }));
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return { answer, release: () => held[0]?.end('late') };
  };

  test('are waited for, while new ones are turned away; the canister is stopped during the upgrade', async () => {
    await ic.install(id, proxyCanister(), NO_ARGUMENT);
    const call = await openCall();
    const order: string[] = [];
    const answered = call.answer.then(() => order.push('answered'));
    const upgraded = ic.upgrade(id, proxyCanister(STATUS), NO_ARGUMENT).then(() => order.push('upgraded'));
    const stopping = { code: RejectCode.CanisterError, message: `Canister ${id.toText()} is stopping` };
    await expect.poll(() => ic.query(id, 'f', NO_ARGUMENT).catch((error: unknown) => error)).toMatchObject(stopping);
    await expect(ic.update(id, 'call', NO_ARGUMENT)).rejects.toMatchObject(stopping);
    call.release();
    await Promise.all([answered, upgraded]);
    expect(order).toEqual(['answered', 'upgraded']);
    expect(readI32(await call.answer)).toBe(0);
    expect(readI32(await ic.query(id, 'status', NO_ARGUMENT))).toBe(3);
  });

  test('have the answers of their outcalls transformed while the canister is stopping', async () => {
    await ic.install(id, proxyCanister('(func (export "canister_query transform") (call $reply_i32 (i32.const 5)))'), NO_ARGUMENT);
    const call = await openCall({ transform: [id, 'transform'] });
    const upgraded = ic.upgrade(id, proxyCanister(), NO_ARGUMENT);
    await expect.poll(() => ic.query(id, 'f', NO_ARGUMENT).catch((error: unknown) => error)).toMatchObject({ message: expect.stringContaining('stopping') as string });
    call.release();
    expect(Buffer.from(await call.answer).readInt32LE(12)).toBe(5);
    await upgraded;
  });

  test('hold up a timer that falls due meanwhile; it fires when the canister starts again', async () => {
    await ic.install(id, proxyCanister(`
      (global $fired (mut i32) (i32.const 0))
      (func (export "canister_init") (drop (call $global_timer_set (i64.add (call $time) (i64.const 60000000000)))))
      (func (export "canister_global_timer") (global.set $fired (i32.const 1)))
      (func (export "canister_query fired") (call $reply_i32 (global.get $fired)))`), NO_ARGUMENT);
    const call = await openCall();
    const upgraded = ic.upgrade(id, canister('(func (export "canister_post_upgrade") (unreachable))'), NO_ARGUMENT).catch((error: unknown) => error);
    await expect.poll(() => ic.query(id, 'fired', NO_ARGUMENT).catch((error: unknown) => error)).toMatchObject({ message: expect.stringContaining('stopping') as string });
    await ic.advanceTime(61_000);
    call.release();
    expect(await upgraded).toMatchObject({ message: expect.stringContaining('unreachable') as string });
    await expect.poll(async () => readI32(await ic.query(id, 'fired', NO_ARGUMENT))).toBe(1);
  });

  test('are not waited for with stop: false, and their answers go to the new code', async () => {
    await ic.install(id, proxyCanister(), NO_ARGUMENT);
    const call = await openCall();
    await ic.upgrade(id, canister('(table 2 funcref) (elem (i32.const 1) $new) (func $new (param i32) (call $reply_i32 (i32.const 77)))'), NO_ARGUMENT, { stop: false });
    call.release();
    expect(readI32(await call.answer)).toBe(77);
  });

  test('answered after an upgrade to code without such a callback are rejected', async () => {
    await ic.install(id, proxyCanister(), NO_ARGUMENT);
    const call = await openCall();
    await ic.upgrade(id, canister(''), NO_ARGUMENT, { stop: false });
    call.release();
    await expect(call.answer).rejects.toThrow('no function number 1 in the canister');
  });
});

describe('installing', () => {
  test('over a canister needs reinstall, which empties stable memory', async () => {
    await ic.install(id, canister(BASE), NO_ARGUMENT);
    await ic.update(id, 'keep', i32(7));
    await expect(ic.install(id, canister(BASE), NO_ARGUMENT)).rejects.toThrow('not empty');
    await ic.install(id, canister(BASE), NO_ARGUMENT, 'reinstall');
    expect(await recall()).toEqual([0, 0, 0]);
  });

  test('that traps leaves the canister as it was', async () => {
    await expect(ic.install(id, canister('(func (export "canister_init") (unreachable))'), NO_ARGUMENT)).rejects.toThrow('unreachable');
    await expect(ic.query(id, 'recall', NO_ARGUMENT)).rejects.toThrow('no Wasm module');
    await ic.install(id, canister(BASE), NO_ARGUMENT);
    await ic.update(id, 'keep', i32(7));
    await expect(ic.install(id, canister('(func (export "canister_init") (unreachable))'), NO_ARGUMENT, 'reinstall')).rejects.toThrow('unreachable');
    expect(await recall()).toEqual([7, 7, 0]);
  });
});
