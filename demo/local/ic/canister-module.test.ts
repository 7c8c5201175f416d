import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { LocalIc } from './index.js';
import { loadCanisterModule } from './canister-module.js';
import { exportInternals, INTERNAL } from './export-internals.js';
import { canister, NO_ARGUMENT, readI32 } from './testing/wat.js';
import { encodeSection, Section, sections } from './wasm-sections.js';

const MEMORY = 64 * 2 ** 20;
const bare = { memory: '', prelude: '' };
const exportsOf = ({ module }: { module: WebAssembly.Module }) => WebAssembly.Module.exports(module).map(({ name }) => name);

/** A module with custom sections of these names, each of them a text. */
const withMetadata = (names: string[]) =>
  Buffer.concat([canister(''), ...names.map((name) => encodeSection(Section.custom, Buffer.concat([Uint8Array.of(name.length), Buffer.from(`${name}the text`)])))]);

test('metadata is read, and what else a module says about itself is not', async () => {
  const { metadata, hash, size } = await loadCanisterModule(withMetadata(['icp:public candid:service', 'producers', 'icp:private notes']), MEMORY);
  expect(metadata.map(({ name, isPublic, content }) => [name, isPublic, Buffer.from(content).toString()])).toEqual([
    ['candid:service', true, 'the text'],
    ['notes', false, 'the text'],
  ]);
  const wasm = withMetadata(['icp:public candid:service', 'producers', 'icp:private notes']);
  expect([Buffer.from(hash).toString('hex'), size]).toEqual([createHash('sha256').update(wasm).digest('hex'), wasm.length]);
});

describe('opening up a module', () => {
  test('exports memory, table, start function and the globals that can change', async () => {
    const code = await loadCanisterModule(canister(`
      (table 1 funcref)
      (global $fixed i32 (i32.const 300000))
      (global $a (mut i32) (i32.const -1)) (global $b (mut i64) (i64.const 0x123456789abcdef)) (global $c (mut f64) (f64.const 1.5)) (global $d (mut f32) (f32.const 1.5))
      (func $start) (start $start)
      (func (export "canister_update f") (global.set $a (global.get $fixed)))`, { prelude: '' }), MEMORY);
    expect(code).toMatchObject({ hasMemory: true, hasTable: true, hasStart: true, mutableGlobals: [1, 2, 3, 4] });
    expect(exportsOf(code)).toEqual(['canister_update f', ...[1, 2, 3, 4].map(INTERNAL.global), INTERNAL.memory, INTERNAL.table, INTERNAL.start]);
  });

  test.each([['nothing at all', ''], ['a start function', '(func $start) (start $start)'], ['code', '(func $f (nop)) (elem declare func $f)']])('gives exports to a module without any: %s', async (_what, fields) => {
    await loadCanisterModule(canister(fields, bare), MEMORY);
  });

  test('leaves every section as it is but the exports and the size of the memory', () => {
    const before = canister('(table 1 funcref) (elem (i32.const 0) $f) (data (i32.const 0) "data") (func $f (export "canister_update f") (i32.store (i32.const 0) (i32.const 99)))');
    const after = exportInternals(before, MEMORY).wasm;
    const others = (wasm: Uint8Array) => sections(wasm).filter(({ id }) => id !== Section.export && id !== Section.memory).map(({ from, end }) => Buffer.from(wasm.subarray(from, end)));
    expect(others(after)).toEqual(others(before));
    expect(others(after).length).toBeGreaterThan(5);
  });

  test('takes a gzipped module', async () => {
    expect((await loadCanisterModule(gzipSync(canister('(func (export "canister_query f"))')), MEMORY)).queries).toEqual(new Set(['f']));
  });
});

describe('what the IC does not allow', () => {
  test.each([
    ['a function that is not of the System API', canister('(import "ic0" "no_such" (func))', bare), 'imports the function ic0.no_such'],
    ['another module', canister('(import "env" "time" (func))', bare), 'imports the function env.time'],
    ['an imported memory', canister('(import "ic0" "memory" (memory 1))', bare), 'imports the memory ic0.memory'],
    ['an unknown entry point', canister('(func (export "canister_start"))'), 'exports canister_start'],
    ['a method twice', canister('(func (export "canister_update f")) (func (export "canister_query f"))'), 'exports the method f more than once'],
    ['a 64-bit memory', canister('', { memory: '(memory i64 1)', prelude: '' }), '64-bit memory'],
    ['a mutable v128 global', canister('(global (mut v128) (v128.const i64x2 1 2))', bare), 'v128'],
    ['a metadata section twice', withMetadata(['icp:public note', 'icp:private note']), 'metadata section note more than once'],
    ['no Wasm', new TextEncoder().encode('nonsense'), 'not a valid Wasm module'],
    ['half a module', canister('(func (export "canister_update f"))').subarray(0, 60), 'not a valid Wasm module'],
  ])('%s', async (_what, wasm, message) => {
    const ic = new LocalIc();
    await expect(ic.install(ic.createCanister(), wasm, NO_ARGUMENT)).rejects.toMatchObject({ code: 5, message: expect.stringContaining(message) as string });
    await ic.close();
  });
});

test('a canister without a memory runs', async () => {
  const ic = new LocalIc();
  const id = ic.createCanister();
  await ic.install(id, canister('(import "ic0" "msg_reply" (func $msg_reply2)) (func (export "canister_update f") (call $msg_reply2))', bare), NO_ARGUMENT);
  expect((await ic.update(id, 'f', NO_ARGUMENT)).length).toBe(0);
  await ic.close();
});

test('immutable and imported-looking names do not get in the way', async () => {
  const ic = new LocalIc();
  const id = ic.createCanister();
  await ic.install(id, canister('(global $g (mut i32) (i32.const 5)) (export "memory" (global $g)) (func (export "canister_query f") (call $reply_i32 (global.get $g)))'), NO_ARGUMENT);
  expect(readI32(await ic.query(id, 'f', NO_ARGUMENT))).toBe(5);
  await ic.close();
});
