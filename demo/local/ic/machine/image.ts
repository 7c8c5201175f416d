/** One WebAssembly page, in bytes. */
export const PAGE = 65_536;

/**
 * The memories of a canister as they were last committed, shared by its threads: each works on its own heap, and on stable
 * memory through a journal ({@link StableMemory}). Only a commit writes here, and {@link Machine} lets none happen while
 * another thread reads.
 */
export interface Image {
  /** At least as long as the heap; how long that is stands in {@link HeapState}. */
  readonly heap: SharedArrayBuffer;
  /** As long as stable memory. */
  readonly stable: SharedArrayBuffer;
}

/** What besides the memories is committed. */
export interface HeapState {
  /** The size of the heap. */
  readonly bytes: number;
  /** The values of the mutable globals, in the order of {@link CanisterModule.mutableGlobals}. */
  readonly globals: readonly unknown[];
}

/** @param limit the most that each of the memories may grow to, in bytes. What is never written takes no room. */
export function createImage(limit: number): Image {
  return { heap: new SharedArrayBuffer(0, { maxByteLength: limit }), stable: new SharedArrayBuffer(0, { maxByteLength: limit }) };
}

/** For a node that lags behind: the memories as they are now, whatever is committed later. */
export function copyImage(image: Image): Image {
  return { heap: copy(image.heap), stable: copy(image.stable) };
}

/** What is only zeros is not written, so that it still takes no room. */
function copy(from: SharedArrayBuffer): SharedArrayBuffer {
  const to = new SharedArrayBuffer(from.byteLength);
  const zeros = Buffer.alloc(PAGE);
  for (let at = 0; at < from.byteLength; at += PAGE) {
    const page = new Uint8Array(from, at, Math.min(PAGE, from.byteLength - at));
    if (!zeros.equals(page)) new Uint8Array(to, at).set(page);
  }
  return to;
}
