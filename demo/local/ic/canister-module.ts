import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { MetadataSection } from './certification/subnet-state.js';
import { exportInternals, type ExportedInternals } from './export-internals.js';
import { CONTEXTS } from './machine/system-api/contexts.js';
import { customSections } from './wasm-sections.js';

/** A checked and compiled canister module (interface specification, "Canister module format" and "WebAssembly module requirements"). */
export interface CanisterModule extends Omit<ExportedInternals, 'wasm' | 'lastMutableI64'> {
  readonly module: WebAssembly.Module;
  /** SHA-256 of the module as it came, compressed or not. */
  readonly hash: Uint8Array;
  /** The length of the module as it came, in bytes. */
  readonly size: number;
  readonly metadata: readonly MetadataSection[];
  /** The mutable global in which a module instrumented by `ic-wasm` counts its instructions. */
  readonly instructionCounter: number | undefined;
  /** Names of the System API's functions that the module uses. */
  readonly imports: ReadonlySet<string>;
  readonly updates: ReadonlySet<string>;
  readonly queries: ReadonlySet<string>;
  readonly compositeQueries: ReadonlySet<string>;
  /** Names of the exported `canister_…` functions that are not methods, such as `canister_init`. */
  readonly entryPoints: ReadonlySet<string>;
}

const ENTRY_POINTS = new Set([
  'canister_init', 'canister_inspect_message', 'canister_pre_upgrade', 'canister_post_upgrade', 'canister_heartbeat',
  'canister_on_low_wasm_memory', 'canister_global_timer',
]);
/** What a module may unpack to: far more than the IC's 100 MiB of code and data, and no bomb. */
const MAX_MODULE = 128 * 2 ** 20;
const METADATA = /^icp:(public|private) (.*)$/s;
const METHOD = /^canister_(update|query|composite_query) (.*)$/s;

/**
 * @param bytes a Wasm module, plain or gzipped
 * @param memoryLimit the most that its memory may grow to, in bytes
 * @throws {Error} that says what in the module the IC, or this local one, does not allow
 */
export async function loadCanisterModule(bytes: Uint8Array, memoryLimit: number): Promise<CanisterModule> {
  const plain = unpack(bytes);
  const { wasm, lastMutableI64, ...internals } = exportInternals(plain, memoryLimit); // first, since it can say more than "not valid"
  if (!WebAssembly.validate(new Uint8Array(plain))) throw new Error('not a valid Wasm module');
  const module = await WebAssembly.compile(wasm);

  const imports = new Set<string>();
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports.add(name);
    if (from !== 'ic0' || kind !== 'function' || CONTEXTS[name] === undefined) {
      throw new Error(`the module imports the ${kind} ${from}.${name}, which is not part of the IC's System API`);
    }
  }

  const methods = { update: new Set<string>(), query: new Set<string>(), composite_query: new Set<string>() };
  const entryPoints = new Set<string>();
  const seen = new Set<string>();
  for (const { name, kind } of WebAssembly.Module.exports(module)) {
    if (kind !== 'function' || !name.startsWith('canister_')) continue;
    const method = METHOD.exec(name);
    if (method === null) {
      if (!ENTRY_POINTS.has(name)) throw new Error(`the module exports ${name}, which is not an entry point of the IC`);
      entryPoints.add(name);
      continue;
    }
    const [, type, methodName = ''] = method;
    if (seen.has(methodName)) throw new Error(`the module exports the method ${methodName} more than once`);
    seen.add(methodName);
    methods[type as keyof typeof methods].add(methodName);
  }
  return {
    ...internals,
    module,
    hash: createHash('sha256').update(bytes).digest(),
    size: bytes.length,
    metadata: readMetadata(plain),
    instructionCounter: methods.query.has('__get_cycles') ? lastMutableI64 : undefined,
    imports,
    updates: methods.update,
    queries: methods.query,
    compositeQueries: methods.composite_query,
    entryPoints,
  };
}

function unpack(bytes: Uint8Array): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
  return isGzip ? gunzipSync(bytes, { maxOutputLength: MAX_MODULE }) : bytes;
}

function readMetadata(wasm: Uint8Array): MetadataSection[] {
  const metadata = customSections(wasm).flatMap(({ name, content }) => {
    const found = METADATA.exec(name);
    return found === null ? [] : [{ name: found[2] ?? '', isPublic: found[1] === 'public', content }];
  });
  const twice = metadata.find(({ name }, index) => metadata.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw new Error(`the module has the metadata section ${twice.name} more than once`);
  return metadata;
}
