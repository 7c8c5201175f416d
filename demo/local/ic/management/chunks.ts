import { createHash } from 'node:crypto';
import { controllersAndItself, permitted } from './access.js';
import { CanisterId, ChunkHashes, decodeArgument, emptyReply, encodeReply, UploadChunkArgs, UploadChunkResult } from './candid.js';
import type { Handler } from './method.js';
import { ErrorCode, ManagementError } from './refusal.js';

/** Bytes of a chunk (spec, `upload_chunk`). */
const MAX_CHUNK = 2 ** 20;
/** Chunks of a canister (spec: CHUNK_STORE_SIZE), which is also the most that a module can have (MAX_CHUNKS_IN_LARGE_WASM). */
export const MAX_CHUNKS = 100;

/** Spec, `upload_chunk`. A chunk that is there already stays there. */
export const uploadChunk: Handler = (call, world) => {
  const { canister_id, chunk } = decodeArgument<UploadChunkArgs>(UploadChunkArgs, call.argument);
  const { chunks } = permitted(canister_id, controllersAndItself, call, world);
  const hash = sha256(chunk);
  const key = hash.toString('hex');
  if (!chunks.has(key)) {
    if (chunk.length > MAX_CHUNK) throw chunkStoreError(`Wasm chunk size ${chunk.length} exceeds the maximum chunk size of ${MAX_CHUNK}`);
    if (chunks.size >= MAX_CHUNKS) {
      throw chunkStoreError(`Wasm chunk store has already reached maximum capacity of ${MAX_CHUNKS * MAX_CHUNK} bytes or the maximum number of entries, ${MAX_CHUNKS}`);
    }
    chunks.set(key, chunk);
  }
  return encodeReply(UploadChunkResult, { hash });
};

export const clearChunkStore: Handler = (call, world) => {
  const { canister_id } = decodeArgument<CanisterId>(CanisterId, call.argument);
  permitted(canister_id, controllersAndItself, call, world).chunks.clear();
  return emptyReply();
};

/** Spec, `stored_chunks`: their hashes, in ascending order. */
export const storedChunks: Handler = (call, world) => {
  const { canister_id } = decodeArgument<CanisterId>(CanisterId, call.argument);
  const { chunks } = permitted(canister_id, controllersAndItself, call, world);
  return encodeReply(ChunkHashes, [...chunks.keys()].sort().map((key) => ({ hash: Buffer.from(key, 'hex') })));
};

export function chunkStoreError(message: string): ManagementError {
  return new ManagementError(ErrorCode.CanisterContractViolation, `Error from Wasm chunk store: ${message}.`);
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
