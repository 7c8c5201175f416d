import { Cbor, LookupPathStatus, lookup_path, type HashTree as AgentTree } from '@dfinity/agent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../local/ic/cbor.js';
import { Kind, branch, leaf, rootHash, type HashTree } from '../../local/ic/certification/hash-tree.js';
import { concat } from '../../../canister/encoding/bytes.js';
import { SELF_DESCRIBED } from '../../../canister/certification/hash-tree.js';
import { LabelTree } from '../../../canister/certification/label-tree.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'ascii'));

/** What stands at a label: the label and a leaf below, as an answer does. */
const content = (label: string, value: string): HashTree => branch([[label, leaf(bytes(value))]]);
const hashAt = (label: string, value: string) => new Uint8Array(rootHash(content(label, value)));

/** A witness, read by the official client. */
function witness(tree: LabelTree, label: string, value: string): HashTree {
  const cbor = encodeCbor(content(label, value)).subarray(SELF_DESCRIBED.length); // the tag is the whole tree's
  return Cbor.decode(concat([SELF_DESCRIBED, ...tree.witness(label, [cbor])]));
}

/** The value at a label, if the tree proves it. */
function lookUp(tree: HashTree, label: string): string | undefined {
  const found = lookup_path([bytes(label)], tree as unknown as AgentTree);
  return found.status === LookupPathStatus.Found ? Buffer.from(found.value).toString() : undefined;
}

/** One tree out of two witnesses of the same root. */
function merge(one: HashTree, other: HashTree): HashTree {
  if (one[0] === Kind.pruned) return other;
  if (one[0] === Kind.fork && other[0] === Kind.fork) return [Kind.fork, merge(one[1], other[1]), merge(one[2], other[2])];
  return one;
}

/** From left to right; what is pruned is `undefined`. */
function labelsOf(tree: HashTree): (string | undefined)[] {
  if (tree[0] === Kind.fork) return [...labelsOf(tree[1]), ...labelsOf(tree[2])];
  return [tree[0] === Kind.labelled ? Buffer.from(tree[1]).toString('ascii') : undefined];
}

/** Checks a tree against what should be in it: each label is proved, with its value, and they are in the order that the specification demands. */
function check(tree: LabelTree, model: ReadonlyMap<string, string>): void {
  const root = hex(tree.hash);
  if (model.size === 0) return expect(root).toBe(hex(rootHash([Kind.empty])));
  const witnesses = [...model].map(([label, value]) => {
    const proof = witness(tree, label, value);
    expect(hex(rootHash(proof))).toBe(root);
    expect(lookUp(proof, label)).toBe(value);
    expect(labelsOf(proof).filter((shown) => shown !== undefined)).toEqual([label]); // and of no other anything but the hash
    return proof;
  });
  const sorted = [...model.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(labelsOf(witnesses.reduce(merge))).toEqual(sorted);
}

function treeOf(entries: Iterable<readonly [string, string]>): LabelTree {
  const tree = new LabelTree();
  for (const [label, value] of entries) tree.set(label, hashAt(label, value));
  return tree;
}

/** Some begin alike, some are the beginning of others, some differ in the last bit, and one is empty. */
const label = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', '`'), maxLength: 4 }),
  fc.string({ unit: fc.constantFrom('0', '1', '~'), maxLength: 3 }).map((end) => `cs_test_a1${end}`),
  fc.stringMatching(/^cs_(test|live)_[A-Za-z0-9]{1,60}$/),
);
const value = fc.constantFrom('paid', 'refunded', 'expired', 'failed');
const set = fc.record({ kind: fc.constant('set' as const), label, value });
const step = fc.oneof({ weight: 3, arbitrary: set }, fc.record({ kind: fc.constant('remove' as const), label }));

describe('a tree of labels', () => {
  it('proves every label that is in it, and no other, after whatever has happened', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const tree = new LabelTree();
        const model = new Map<string, string>();
        for (const next of steps) {
          if (next.kind === 'set') {
            tree.set(next.label, hashAt(next.label, next.value));
            model.set(next.label, next.value);
          } else {
            tree.remove(next.label);
            model.delete(next.label);
          }
          if (model.size < 4) check(tree, model); // so that hashes are kept, and spoilt, half-way, too
          else void tree.hash;
        }
        check(tree, model);
        // The root tells nothing of what has been, nor in which order.
        const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
        for (const entries of [sorted, sorted.reverse()]) expect(hex(treeOf(entries).hash)).toBe(hex(tree.hash));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['the beginning of one another', ['cs_test_a', 'cs_test_a1', 'cs_test_a1b', 'cs_test_']],
    ['different in nothing but the last bit', ['cs_test_a0', 'cs_test_a1', 'cs_test_b0', 'cs_test_b1']],
    ['different in nothing but the first bit that ASCII uses', ['a', '!', '1', 'A']],
    ['as long as they may be', ['a', 'b'].map((end) => `cs_test_${'x'.repeat(239)}${end}`)],
  ])('takes labels that are %s', (_, labels) => {
    for (const order of [labels, [...labels].reverse()]) {
      const model = new Map(order.map((label) => [label, `of ${label}`]));
      const tree = treeOf(model);
      check(tree, model);
      for (const label of labels) {
        tree.remove(label);
        model.delete(label);
        check(tree, model);
      }
    }
  });

  it('has another root when a value changes, and the old one when it changes back', () => {
    const tree = treeOf([['a', '1'], ['b', '1'], ['c', '1']]);
    const before = hex(tree.hash);
    tree.set('b', hashAt('b', '2'));
    expect(hex(tree.hash)).not.toBe(before);
    tree.set('b', hashAt('b', '1'));
    expect(hex(tree.hash)).toBe(before);
  });

  it('is as it was when a label is removed that is not there', () => {
    const tree = treeOf([['a', '1'], ['b', '1']]);
    const before = hex(tree.hash);
    for (const absent of ['', 'c', 'aa', 'B']) tree.remove(absent);
    expect(hex(tree.hash)).toBe(before);
    new LabelTree().remove('a');
  });
});
