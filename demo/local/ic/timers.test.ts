import type { Principal } from '@dfinity/principal';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LocalIc } from './index.js';
import { canister, i32, NO_ARGUMENT, readI32, readI64 } from './testing/wat.js';

/** `set` arms the timer in so many milliseconds; what the timer does is decided by `mode`. */
const TIMED = `
  (global $fired (mut i32) (i32.const 0))
  (global $again (mut i32) (i32.const 0))
  (func $in_ms (param $ms i32) (result i64)
    (call $global_timer_set (i64.add (call $time) (i64.mul (i64.extend_i32_u (local.get $ms)) (i64.const 1000000)))))
  (func (export "canister_update set") (call $reply_i64 (call $in_ms (call $arg_i32))))
  (func (export "canister_update repeat") (global.set $again (call $arg_i32)) (call $reply_i32 (i32.const 0)))
  (func (export "canister_update unset") (call $reply_i64 (call $global_timer_set (i64.const 0))))
  (func (export "canister_global_timer")
    (global.set $fired (i32.add (global.get $fired) (i32.const 1)))
    (if (i32.lt_s (global.get $again) (i32.const 0)) (then (unreachable)))
    (if (global.get $again) (then (drop (call $in_ms (global.get $again))))))
  (func (export "canister_query fired") (call $reply_i32 (global.get $fired)))
`;

let ic: LocalIc;
let id: Principal;
beforeEach(async () => {
  ic = new LocalIc();
  id = ic.createCanister();
  await ic.install(id, canister(TIMED), NO_ARGUMENT);
});
afterEach(() => ic.close());

const fired = async () => readI32(await ic.query(id, 'fired', NO_ARGUMENT));
const set = async (ms: number) => readI64(await ic.update(id, 'set', i32(ms)));

describe('the global timer', () => {
  test('fires in real time, once', async () => {
    await set(30);
    expect(await fired()).toBe(0);
    await vi.waitFor(async () => {
      expect(await fired()).toBe(1);
    });
    await ic.advanceTime(100_000);
    expect(await fired()).toBe(1);
  });

  test('fires when the clock is moved past it, and not before', async () => {
    await set(60_000);
    await ic.advanceTime(50_000);
    expect(await fired()).toBe(0);
    await ic.advanceTime(10_001);
    expect(await fired()).toBe(1);
  });

  test('can be set again by itself', async () => {
    await ic.update(id, 'repeat', i32(60_000));
    await set(60_000);
    for (const expected of [1, 2, 3]) {
      await ic.advanceTime(60_001);
      expect(await fired()).toBe(expected);
    }
  });

  test('gives back what it was set to, and can be unset', async () => {
    expect(await set(60_000)).toBe(0n);
    expect(await set(70_000)).toBeGreaterThan(BigInt(Date.now()) * 1_000_000n);
    expect(readI64(await ic.update(id, 'unset', NO_ARGUMENT))).toBeGreaterThan(0n);
    await ic.advanceTime(100_000);
    expect(await fired()).toBe(0);
  });

  test('that traps is rolled back, and does not fire again by itself', async () => {
    await ic.update(id, 'repeat', i32(-1));
    await set(10_000);
    await ic.advanceTime(20_000);
    await ic.advanceTime(20_000);
    expect(await fired()).toBe(0);
    await ic.update(id, 'repeat', i32(0));
    expect(readI64(await ic.update(id, 'unset', NO_ARGUMENT))).toBe(0n);
  });

  test('is lost in an upgrade', async () => {
    await set(60_000);
    await ic.upgrade(id, canister(TIMED), NO_ARGUMENT);
    await ic.advanceTime(100_000);
    expect(await fired()).toBe(0);
  });

  test('survives an upgrade that fails', async () => {
    await set(60_000);
    await expect(ic.upgrade(id, canister('(func (export "canister_post_upgrade") (unreachable))'), NO_ARGUMENT)).rejects.toThrow();
    await ic.advanceTime(100_000);
    expect(await fired()).toBe(1);
  });

  test('of weeks ahead waits no longer than setTimeout can, which fires at once beyond that', async () => {
    const timeouts = vi.spyOn(globalThis, 'setTimeout');
    try {
      await set(-1); // 2^32 - 1 ms: 50 days
      expect(timeouts.mock.calls.map(([, ms]) => ms)).toContain(2 ** 31 - 1);
    } finally {
      timeouts.mockRestore();
    }
    expect(await fired()).toBe(0);
  });
});

test('a heartbeat beats', async () => {
  const beating = ic.createCanister();
  await ic.install(beating, canister(`
    (global $beats (mut i32) (i32.const 0))
    (func (export "canister_heartbeat") (global.set $beats (i32.add (global.get $beats) (i32.const 1))))
    (func (export "canister_query beats") (call $reply_i32 (global.get $beats)))`), NO_ARGUMENT);
  await ic.advanceTime(1_100);
  await ic.advanceTime(1_100);
  expect(readI32(await ic.query(beating, 'beats', NO_ARGUMENT))).toBe(2);
});
