/** The canister's Wasm, made to count its own instructions. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Section, sections } from '../local/ic/wasm-sections.js';
import { ToolMissing } from './measurement.js';

const TOOL = '@icp-sdk/ic-wasm-linux-x64';

/**
 * Adds a counter of instructions, by `ic-wasm … instrument`. The counter is the module's last mutable global of type i64,
 * from which the local IC reads it.
 *
 * ic-wasm also traces calls. Into stable memory, where it does so by default, it would write over Azle's own data, or else
 * add hooks to upgrades that read and write far beyond its end; so the traces go to a page of the heap, and nobody reads
 * them. For that page it sets a maximum on the memory, one page above its initial size, under which Azle cannot even
 * begin: the memory section is put back as it was.
 * @throws {ToolMissing} where there is no ic-wasm
 */
export function instrument(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const tool = findTool();
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const [plain, counting] = [join(folder, 'plain.wasm'), join(folder, 'counting.wasm')];
    writeFileSync(plain, wasm);
    execFileSync(tool, [plain, '-o', counting, 'instrument', '--heap-trace', '--heap-pages', '1'], { stdio: ['ignore', 'ignore', 'pipe'] });
    return withMemoryOf(wasm, readFileSync(counting));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function findTool(): string {
  try {
    return createRequire(import.meta.url).resolve(`${TOOL}/bin/ic-wasm`);
  } catch {
    throw new ToolMissing(`Instructions are counted by ic-wasm, which is not here: npm installs it (${TOOL}) on Linux on x64 only, and not with --omit=optional.`);
  }
}

function withMemoryOf(original: Uint8Array, changed: Uint8Array): Uint8Array<ArrayBuffer> {
  const before = memorySection(original);
  const after = memorySection(changed);
  return new Uint8Array(Buffer.concat([changed.subarray(0, after.from), original.subarray(before.from, before.end), changed.subarray(after.end)]));
}

function memorySection(wasm: Uint8Array) {
  const section = sections(wasm).find(({ id }) => id === Section.memory);
  if (section === undefined) throw new Error('the module has no memory of its own, and ic-wasm needs one');
  return section;
}
