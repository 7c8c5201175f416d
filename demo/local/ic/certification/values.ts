import { type HashTree, labelBytes, leaf } from './hash-tree.js';
import { leb128 } from './leb128.js';

/** A natural number in the state tree (interface specification, "Encoding of certificates"); a blob is a {@link leaf} as it is. */
export function natural(value: bigint): HashTree {
  return leaf(leb128(value));
}

/** A text in the state tree. */
export function text(value: string): HashTree {
  return leaf(labelBytes(value));
}
