import { describe, expect, it } from 'vitest';
import { LocalIc } from '../local/ic/index.js';
import type { ExecutedMessage } from '../local/ic/surroundings.js';
import { canister } from '../local/ic/testing/wat.js';
import { Section, sections } from '../local/ic/wasm-sections.js';
import { instrument } from './instrument.js';

const NO_BYTES = new Uint8Array();
const wasm = canister(`
  (func (export "canister_query spin")
    (local $turns i32)
    (loop $again
      (br_if $again (i32.lt_u (local.tee $turns (i32.add (local.get $turns) (i32.const 1))) (i32.const 1000))))
    (call $reply_i32 (local.get $turns)))
  (func (export "canister_query rest") (call $reply_i32 (i32.const 0)))`);
const memoryOf = (module: Uint8Array) => {
  const section = sections(module).find(({ id }) => id === Section.memory)!;
  return Buffer.from(module.subarray(section.from, section.end)).toString('hex');
};

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('an instrumented module', () => {
  it('counts what it does, the same each time', async () => {
    const messages: ExecutedMessage[] = [];
    const ic = new LocalIc({ onMessage: (message) => messages.push(message) });
    const id = ic.createCanister();
    await ic.install(id, instrument(wasm), NO_BYTES);
    messages.length = 0;
    for (const method of ['rest', 'spin', 'rest', 'spin']) await ic.query(id, method, NO_BYTES);
    await ic.close();
    expect(messages.every(({ counted }) => counted)).toBe(true);
    const [rest, spin, ...again] = messages.map(({ instructions }) => instructions);
    expect(again).toEqual([rest, spin]);
    expect(spin - rest).toBeGreaterThanOrEqual(1_000n);
    expect(spin - rest).toBeLessThan(20_000n);
  });

  it('has the memory it had, and no hooks in upgrades', () => {
    const counting = instrument(wasm);
    expect(memoryOf(counting)).toBe(memoryOf(wasm));
    const exported = WebAssembly.Module.exports(new WebAssembly.Module(counting)).map(({ name }) => name);
    expect(exported).toContain('canister_query __get_cycles');
    expect(exported.filter((name) => name.includes('upgrade'))).toEqual([]);
  });
});
