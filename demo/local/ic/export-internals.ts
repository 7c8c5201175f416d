import { encodeExport, encodeSection, encodeUnsigned, ExternalKind, Section, type SectionRange, sections, WasmReader } from './wasm-sections.js';

/** Names under which a module's internals are exported. No canister uses them: a space after a plain word is the IC's own style of name. */
export const INTERNAL = {
  memory: 'local-ic memory',
  table: 'local-ic table',
  start: 'local-ic start',
  global: (index: number) => `local-ic global ${index}`,
} as const;

export interface ExportedInternals {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly hasMemory: boolean;
  readonly hasTable: boolean;
  readonly hasStart: boolean;
  /** The indices of the globals that the code can change. */
  readonly mutableGlobals: readonly number[];
  /** The index of the last of them that holds an i64, if any does. */
  readonly lastMutableI64: number | undefined;
}

const PAGE = 65_536;
const I64 = 0x7e;

const NUMBERS = new Set([0x7f, I64, 0x7d, 0x7c]); // i32, i64, f32, f64
const HAS_MAXIMUM = 0x01;
const MEMORY_64 = 0x04;

/**
 * Opens up a canister's Wasm as far as running it needs: the table, because callbacks are called through it; memory and
 * mutable globals, because they are rolled back. The start function is exported instead of being run by the
 * instantiation, so that it can be run as the spec's own kind of message, and not run again when an instance is
 * replaced by a fresh one. The memory gets a maximum. Nothing else changes: code and data are the deployed ones.
 * @param memoryLimit the most that the memory may grow to, in bytes; `memory.grow` then fails, as it does where a subnet has no more
 */
export function exportInternals(wasm: Uint8Array, memoryLimit: number): ExportedInternals {
  const all = sections(wasm);
  const find = (id: number) => all.find((section) => section.id === id);
  const globals = findMutableGlobals(wasm, find(Section.global));
  const mutableGlobals = globals.map(({ index }) => index);
  const memory = limitMemory(wasm, find(Section.memory), memoryLimit);
  const hasMemory = find(Section.memory) !== undefined;
  const hasTable = find(Section.table) !== undefined;
  const start = find(Section.start);

  const added = mutableGlobals.map((index) => encodeExport(INTERNAL.global(index), ExternalKind.global, index));
  if (hasMemory) added.push(encodeExport(INTERNAL.memory, ExternalKind.memory, 0));
  if (hasTable) added.push(encodeExport(INTERNAL.table, ExternalKind.table, 0));
  if (start !== undefined) {
    added.push(encodeExport(INTERNAL.start, ExternalKind.function, new WasmReader(wasm, start.start).unsigned()));
  }

  const parts = [wasm.subarray(0, 8)];
  let exported = false;
  const writeExports = (existing?: SectionRange) => {
    const reader = new WasmReader(wasm, existing?.start ?? 0);
    const count = existing === undefined ? 0 : reader.unsigned();
    const entries = existing === undefined ? new Uint8Array() : wasm.subarray(reader.at, existing.end);
    parts.push(encodeSection(Section.export, Buffer.concat([encodeUnsigned(count + added.length), entries, ...added])));
    exported = true;
  };
  for (const section of all) {
    // A module without exports gets its export section where the format wants it: before the start section and all later ones.
    if (!exported && section.id >= Section.start && section.id < 13) writeExports();
    if (section.id === Section.export) writeExports(section);
    else if (section.id === Section.memory) parts.push(memory);
    else if (section.id !== Section.start) parts.push(wasm.subarray(section.from, section.end));
  }
  if (!exported) writeExports();
  return { wasm: new Uint8Array(Buffer.concat(parts)), hasMemory, hasTable, hasStart: start !== undefined, mutableGlobals, lastMutableI64: globals.findLast(({ type }) => type === I64)?.index };
}

function findMutableGlobals(wasm: Uint8Array, section: SectionRange | undefined): { index: number; type: number }[] {
  if (section === undefined) return [];
  const reader = new WasmReader(wasm, section.start);
  const count = reader.unsigned();
  const found: { index: number; type: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    const type = reader.byte();
    const mutable = reader.byte() === 1;
    reader.skipConstantExpression();
    if (mutable && !NUMBERS.has(type)) throw new Error('the local IC can roll back only mutable globals that are numbers (i32, i64, f32, f64), and this module has one of type v128 or a reference');
    if (mutable) found.push({ index, type });
  }
  return found;
}

/** The memory section, with a maximum. */
function limitMemory(wasm: Uint8Array, section: SectionRange | undefined, limit: number): Uint8Array {
  if (section === undefined) return new Uint8Array();
  const reader = new WasmReader(wasm, section.start);
  const count = reader.unsigned();
  if (count > 1) throw new Error('a canister may declare at most one memory');
  if (count === 0) return wasm.subarray(section.from, section.end);
  const flags = reader.byte();
  if ((flags & MEMORY_64) !== 0) throw new Error('the local IC runs canisters with 32-bit memory only, and this one declares a 64-bit memory');
  const initial = reader.unsigned();
  const maximum = (flags & HAS_MAXIMUM) === 0 ? Infinity : reader.unsigned();
  const pages = Math.floor(limit / PAGE);
  if (initial > pages) throw new Error(`the module's memory begins with ${initial} pages, and the local IC allows ${pages}`);
  return encodeSection(Section.memory, Buffer.concat([Uint8Array.of(1, HAS_MAXIMUM), encodeUnsigned(initial), encodeUnsigned(Math.min(maximum, pages))]));
}
