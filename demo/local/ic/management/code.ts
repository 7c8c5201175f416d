import type { Principal } from '@dfinity/principal';
import { controllers, controllersAndItself, permitted } from './access.js';
import { CanisterId, decodeArgument, emptyReply, InstallChunkedCodeArgs, InstallCodeArgs, type InstallMode } from './candid.js';
import type { CanisterControl } from './canister-control.js';
import { chunkStoreError, MAX_CHUNKS, sha256 } from './chunks.js';
import type { Handler } from './method.js';
import { ErrorCode, ManagementError } from './refusal.js';

/** Spec, `install_code`. The module's size is bounded by that of a message. */
export const installCode: Handler = async (call, world) => {
  const { canister_id, mode, wasm_module, arg } = decodeArgument<InstallCodeArgs>(InstallCodeArgs, call.argument);
  await install(permitted(canister_id, controllers, call, world), mode, wasm_module, arg, call.caller);
  return emptyReply();
};

/** Spec, `install_chunked_code`: from the chunks that were uploaded to the target or to another canister of the caller's. */
export const installChunkedCode: Handler = async (call, world) => {
  const { mode, target_canister, store_canister, chunk_hashes_list, wasm_module_hash, arg } = decodeArgument<InstallChunkedCodeArgs>(InstallChunkedCodeArgs, call.argument);
  const target = permitted(target_canister, controllers, call, world);
  const [store] = store_canister;
  const { chunks } = store === undefined ? target : permitted(store, controllersAndItself, call, world);
  const wasm = assemble(chunks, chunk_hashes_list.map(({ hash }) => hash), wasm_module_hash);
  await install(target, mode, wasm, arg, call.caller);
  return emptyReply();
};

/** Spec, `uninstall_code`: the uploaded chunks go too. */
export const uninstallCode: Handler = async (call, world) => {
  const { canister_id } = decodeArgument<CanisterId>(CanisterId, call.argument);
  const canister = permitted(canister_id, controllers, call, world);
  await canister.uninstall();
  canister.chunks.clear();
  return emptyReply();
};

function assemble(chunks: ReadonlyMap<string, Uint8Array>, hashes: readonly Uint8Array[], expected: Uint8Array): Uint8Array {
  if (hashes.length > MAX_CHUNKS) throw chunkStoreError(`A Wasm module can have at most ${MAX_CHUNKS} chunks, and ${hashes.length} were listed`);
  const wasm = Buffer.concat(hashes.map((hash) => {
    const key = Buffer.from(hash).toString('hex');
    const chunk = chunks.get(key);
    if (chunk === undefined) throw chunkStoreError(`Chunk hash ${key} was not found`);
    return chunk;
  }));
  const hash = sha256(wasm);
  if (!hash.equals(expected)) throw chunkStoreError(`Wasm module hash ${hash.toString('hex')} does not match given hash ${Buffer.from(expected).toString('hex')}`);
  return new Uint8Array(wasm);
}

function install(canister: CanisterControl, mode: InstallMode, wasm: Uint8Array, argument: Uint8Array, sender: Principal): Promise<void> {
  if ('install' in mode) return canister.install(wasm, argument, sender, 'install');
  if ('reinstall' in mode) return canister.install(wasm, argument, sender, 'reinstall');
  const [options] = mode.upgrade;
  const [persistence] = options?.wasm_memory_persistence ?? [];
  if (persistence !== undefined && 'keep' in persistence) {
    throw new ManagementError(
      ErrorCode.CanisterContractViolation,
      'Invalid upgrade option: the local IC does not keep the Wasm memory of a canister over an upgrade. Leave wasm_memory_persistence out, or set it to replace.',
    );
  }
  return canister.upgrade(wasm, argument, sender, { skipPreUpgrade: options?.skip_pre_upgrade[0] ?? false });
}
