import type { Principal } from '@dfinity/principal';
import { afterEach, describe, expect, test } from 'vitest';
import { LocalIc, type LocalIcOptions } from './index.js';
import { canister, i32, NO_ARGUMENT, readI32 } from './testing/wat.js';

const PAGE = 65_536;

/** Keeps a number in the heap and in stable memory, and can be made to run for ever, or to take all it can get. */
const GREEDY = `
  (global $kept (mut i32) (i32.const 0))
  (func (export "canister_init") (drop (call $stable64_grow (i64.const 1))))
  (func $keep
    (global.set $kept (call $arg_i32))
    (call $stable64_write (i64.const 0) (i64.const 16) (i64.const 4)))
  (func $for_ever (loop $again (br $again)))
  (func (export "canister_update keep") (call $keep) (call $reply_i32 (i32.const 0)))
  (func (export "canister_update keep_for_ever") (call $keep) (call $debug_print (i32.const 0) (i32.const 0)) (call $for_ever))
  (func (export "canister_query for_ever") (call $debug_print (i32.const 0) (i32.const 0)) (call $for_ever))
  (func (export "canister_update print_for_ever") (loop $again (call $debug_print (i32.const 0) (i32.const 1000)) (br $again)))
  (func (export "canister_update take_all")
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (loop $again (br_if $again (i64.ne (call $stable64_grow (i64.const 1)) (i64.const -1))))
    (i32.store (i32.const 32) (memory.size))
    (i32.store (i32.const 36) (call $stable_size))
    (call $reply_bytes (i32.const 32) (i32.const 8)))
  (func (export "canister_update recurse") (call $recurse))
  (func $recurse (call $recurse) (call $recurse))
  (func (export "canister_query recall")
    (i32.store (i32.const 32) (global.get $kept))
    (call $stable64_read (i64.const 36) (i64.const 0) (i64.const 4))
    (call $reply_bytes (i32.const 32) (i32.const 8)))
`;

let ic: LocalIc;
let lines: string[];
afterEach(() => ic.close());

async function start(options: LocalIcOptions = {}, fields = GREEDY): Promise<Principal> {
  lines = [];
  ic = new LocalIc({ log: (line) => lines.push(line), ...options });
  const id = ic.createCanister();
  await ic.install(id, canister(fields), NO_ARGUMENT);
  return id;
}

const recall = async (id: Principal) => {
  const reply = await ic.query(id, 'recall', NO_ARGUMENT);
  return [readI32(reply), readI32(reply.subarray(4))];
};
const printed = () => expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThan(0);
const LIMIT = { executionLimitMs: 2_500 };
const tooLong = { code: 5, message: expect.stringContaining('exceeded the limit for a single message execution') as string };

describe('a message that never ends', () => {
  test('is put to an end, undone and rejected; the canister goes on from its last committed state', async () => {
    const id = await start(LIMIT);
    await ic.update(id, 'keep', i32(7));
    await expect(ic.update(id, 'keep_for_ever', i32(8))).rejects.toMatchObject(tooLong);
    expect(await recall(id)).toEqual([7, 7]);
    await ic.update(id, 'keep', i32(9));
    expect(await recall(id)).toEqual([9, 9]);
  });

  test('does not hold up queries, nor other canisters', async () => {
    const id = await start(LIMIT);
    const other = ic.createCanister();
    await ic.install(other, canister(GREEDY), NO_ARGUMENT);
    await ic.update(id, 'keep', i32(7));
    const endless = ic.update(id, 'keep_for_ever', i32(8)).catch((error: unknown) => error);
    await printed(); // it runs, and has changed what it can
    expect(await recall(id)).toEqual([7, 7]);
    await ic.update(other, 'keep', i32(5));
    expect(await recall(other)).toEqual([5, 5]);
    expect(await endless).toMatchObject(tooLong);
  });

  test('as a query leaves updates alone', async () => {
    const id = await start(LIMIT);
    const endless = ic.query(id, 'for_ever', NO_ARGUMENT).catch((error: unknown) => error);
    await printed();
    await ic.update(id, 'keep', i32(7));
    expect(await endless).toMatchObject(tooLong);
    expect(await recall(id)).toEqual([7, 7]);
  });

  test('does not fill the log', async () => {
    const id = await start(LIMIT);
    await expect(ic.update(id, 'print_for_ever', NO_ARGUMENT)).rejects.toMatchObject(tooLong);
    expect(lines.join('').length).toBeLessThan(1_500_000);
    expect(lines.some((line) => line.includes('is left out'))).toBe(true);
  });

  test('in an upgrade leaves the old code as it was', async () => {
    const id = await start(LIMIT);
    await ic.update(id, 'keep', i32(7));
    const endless = canister('(func (export "canister_post_upgrade") (drop (call $stable64_grow (i64.const 1))) (loop $again (br $again)))');
    await expect(ic.upgrade(id, endless, NO_ARGUMENT)).rejects.toMatchObject(tooLong);
    expect(await recall(id)).toEqual([7, 7]);
    expect(ic.stableMemory(id).length).toBe(PAGE);
  });

  test('in an installation leaves the canister empty', async () => {
    const id = await start(LIMIT);
    const other = ic.createCanister();
    await expect(ic.install(other, canister('(func (export "canister_init") (loop $again (br $again)))'), NO_ARGUMENT)).rejects.toMatchObject(tooLong);
    await expect(ic.query(other, 'f', NO_ARGUMENT)).rejects.toThrow('no Wasm module');
    expect(await recall(id)).toEqual([0, 0]);
  });

  test('does not keep the local IC from closing', async () => {
    const id = await start({ executionLimitMs: 600_000 });
    const endless = ic.update(id, 'keep_for_ever', i32(8)).catch((error: unknown) => error);
    await printed();
    await ic.close();
    expect(await endless).toMatchObject({ code: 5 });
  });
});

describe('memory', () => {
  test('ends at the limit: heap and stable memory cannot grow further', async () => {
    const id = await start({ memoryLimit: 200 * PAGE });
    const reply = await ic.update(id, 'take_all', NO_ARGUMENT);
    expect([readI32(reply), readI32(reply.subarray(4))]).toEqual([200, 200]);
  });

  test('of a module that wants more from the beginning is refused', async () => {
    await expect(start({ memoryLimit: 10 * PAGE })).rejects.toThrow("the module's memory begins with 64 pages, and the local IC allows 10");
  });

  test('cannot be used up by a recursion', async () => {
    const id = await start();
    await expect(ic.update(id, 'recurse', NO_ARGUMENT)).rejects.toThrow('stack overflow');
    expect(await recall(id)).toEqual([0, 0]);
  });

  test('cannot be used up by a module that unpacks to more than any module may have', async () => {
    const { gzipSync } = await import('node:zlib');
    await start();
    await expect(ic.install(ic.createCanister(), gzipSync(new Uint8Array(130 * 2 ** 20), { level: 1 }), NO_ARGUMENT)).rejects.toMatchObject({ code: 5 });
  });
});

test('queries beside updates never see half a state', async () => {
  // Each update writes the same number into the first and the last byte of many pages of heap and of stable memory.
  const PAGES = 60;
  const id = await start({}, `
    (func (export "canister_init") (drop (call $stable64_grow (i64.const ${PAGES}))))
    (func $each (param $value i32) (local $page i32)
      (loop $again
        (i32.store (i32.add (i32.mul (local.get $page) (i32.const ${PAGE})) (i32.const 2000)) (local.get $value))
        (i32.store (i32.const 32) (local.get $value))
        (call $stable64_write (i64.extend_i32_u (i32.mul (local.get $page) (i32.const ${PAGE}))) (i64.const 32) (i64.const 4))
        (local.set $page (i32.add (local.get $page) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $page) (i32.const ${PAGES})))))
    (func (export "canister_update set") (call $each (call $arg_i32)) (call $reply_i32 (i32.const 0)))
    (func (export "canister_query differing") (local $page i32) (local $found i32)
      (loop $again
        (call $stable64_read (i64.const 32) (i64.extend_i32_u (i32.mul (local.get $page) (i32.const ${PAGE}))) (i64.const 4))
        (if (i32.ne (i32.load (i32.const 32)) (i32.load (i32.const 2000))) (then (local.set $found (i32.const 1))))
        (if (i32.ne (i32.load (i32.add (i32.mul (local.get $page) (i32.const ${PAGE})) (i32.const 2000))) (i32.load (i32.const 2000))) (then (local.set $found (i32.const 1))))
        (local.set $page (i32.add (local.get $page) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $page) (i32.const ${PAGES}))))
      (call $reply_i32 (local.get $found)))`);
  let done = false;
  const updates = (async () => {
    for (let value = 1; value <= 150; value += 1) await ic.update(id, 'set', i32(value));
    done = true;
  })();
  let queries = 0;
  while (!done) {
    expect(readI32(await ic.query(id, 'differing', NO_ARGUMENT))).toBe(0);
    queries += 1;
  }
  await updates;
  expect(queries).toBeGreaterThan(20);
});
