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
}

const V128 = 0x7b;
const MEMORY_64 = 0x04;

/**
 * Opens up a canister's Wasm as far as running it needs: the table, because callbacks are called through it; memory and
 * mutable globals, because they are rolled back. The start function is exported instead of being run by the
 * instantiation, so that it can be run as the spec's own kind of message, and not run again when an instance is
 * replaced by a fresh one. Nothing else changes: code and data are the deployed ones.
 */
export function exportInternals(wasm: Uint8Array): ExportedInternals {
  const all = sections(wasm);
  const find = (id: number) => all.find((section) => section.id === id);
  const mutableGlobals = findMutableGlobals(wasm, find(Section.global));
  checkMemory(wasm, find(Section.memory));
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
    else if (section.id !== Section.start) parts.push(wasm.subarray(section.from, section.end));
  }
  if (!exported) writeExports();
  return { wasm: new Uint8Array(Buffer.concat(parts)), hasMemory, hasTable, hasStart: start !== undefined, mutableGlobals };
}

function findMutableGlobals(wasm: Uint8Array, section: SectionRange | undefined): number[] {
  if (section === undefined) return [];
  const reader = new WasmReader(wasm, section.start);
  const count = reader.unsigned();
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const type = reader.byte();
    const mutable = reader.byte() === 1;
    reader.skipConstantExpression();
    if (mutable && type === V128) throw new Error('the local IC cannot roll back mutable globals of type v128, and this module has one');
    if (mutable) found.push(index);
  }
  return found;
}

function checkMemory(wasm: Uint8Array, section: SectionRange | undefined): void {
  if (section === undefined) return;
  const reader = new WasmReader(wasm, section.start);
  if (reader.unsigned() > 1) throw new Error('a canister may declare at most one memory');
  if ((reader.byte() & MEMORY_64) !== 0) throw new Error('the local IC runs canisters with 32-bit memory only, and this one declares a 64-bit memory');
}
