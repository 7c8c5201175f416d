import { gunzipSync } from 'node:zlib';
import { exportInternals, type ExportedInternals } from './export-internals.js';
import { CONTEXTS } from './system-api/contexts.js';

/** A checked and compiled canister module (interface specification, "Canister module format" and "WebAssembly module requirements"). */
export interface CanisterModule extends Omit<ExportedInternals, 'wasm'> {
  readonly module: WebAssembly.Module;
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
const METHOD = /^canister_(update|query|composite_query) (.*)$/s;

/**
 * @param bytes a Wasm module, plain or gzipped
 * @throws {Error} that says what in the module the IC, or this local one, does not allow
 */
export async function loadCanisterModule(bytes: Uint8Array): Promise<CanisterModule> {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08 ? gunzipSync(bytes) : bytes;
  const { wasm, ...internals } = exportInternals(plain); // first, since it can say more than "not valid"
  if (!WebAssembly.validate(new Uint8Array(plain))) throw new Error('not a valid Wasm module');
  const module = await WebAssembly.compile(wasm);

  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
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
  return { ...internals, module, updates: methods.update, queries: methods.query, compositeQueries: methods.composite_query, entryPoints };
}
