import { Cbor, reconstruct, type HashTree } from '@dfinity/agent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../encoding/bytes.js';
import { EMPTY_HASH, EMPTY_LEAF, FORK_CBOR, SELF_DESCRIBED, forkHash, labeledCbor, labeledHash, prunedCbor } from './hash-tree.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A tree both ways: as the official client spells it, and what is made of it here. */
interface Both {
  tree: HashTree;
  hash: Uint8Array;
  cbor: Uint8Array[];
}

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const label = fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ minLength: 22, maxLength: 26 }), fc.uint8Array({ minLength: 250, maxLength: 255 }));
const { tree } = fc.letrec<{ tree: Both }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6 },
    fc.constant<Both>({ tree: [3, new Uint8Array()] as unknown as HashTree, ...EMPTY_LEAF }),
    hash.map((hash): Both => ({ tree: [4, hash] as unknown as HashTree, hash, cbor: prunedCbor(hash) })),
    fc.tuple(label, tie('tree')).map(([label, below]): Both => ({ tree: [2, label, below.tree] as HashTree, hash: labeledHash(label, below.hash), cbor: labeledCbor(label, below.cbor) })),
    fc.tuple(tie('tree'), tie('tree')).map(([left, right]): Both => ({ tree: [1, left.tree, right.tree], hash: forkHash(left.hash, right.hash), cbor: [FORK_CBOR, ...left.cbor, ...right.cbor] })),
  ),
}));

describe('a hash tree', () => {
  it('has the hash that the official client reconstructs', async () => {
    expect(hex(EMPTY_HASH)).toBe(hex(await reconstruct([0])));
    await fc.assert(
      fc.asyncProperty(tree, async ({ tree, hash }) => {
        expect(hex(hash)).toBe(hex(await reconstruct(tree)));
      }),
    );
  });

  it('is read by the official client as what it is', () => {
    fc.assert(
      fc.property(tree, ({ tree, cbor }) => {
        expect(Cbor.decode(concat([SELF_DESCRIBED, ...cbor]))).toEqual(tree);
      }),
    );
  });

  it('is written as the official client writes it, so that no length is longer than it need be', () => {
    fc.assert(
      fc.property(tree, ({ tree, cbor }) => {
        expect(hex(concat([SELF_DESCRIBED, ...cbor]))).toBe(hex(Cbor.encode(tree)));
      }),
    );
  });
});
