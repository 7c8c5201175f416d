import { reconstruct, type HashTree as AgentTree } from '@dfinity/agent';
import { lebEncode } from '@dfinity/candid';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCbor } from '../cbor.js';
import { branch, type HashTree, Kind, labelBytes, leaf, rootHash } from './hash-tree.js';
import { natural, text } from './values.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const label = (name: string, tree: HashTree): HashTree => [Kind.labelled, labelBytes(name), tree];
const fork = (left: HashTree, right: HashTree): HashTree => [Kind.fork, left, right];
const EMPTY: HashTree = [Kind.empty];

/** The example of the interface specification ("Certification"). */
const EXAMPLE = fork(
  fork(label('a', fork(fork(label('x', text('hello')), EMPTY), label('y', text('world')))), label('b', text('good'))),
  fork(label('c', EMPTY), label('d', text('morning'))),
);

test("the specification's example has its CBOR and its root hash", () => {
  const cbor = '8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c6483024162820344676f6f648301830241638100830241648203476d6f726e696e67';
  expect(hex(encodeCbor(EXAMPLE))).toBe(`d9d9f7${cbor}`);
  expect(hex(rootHash(EXAMPLE))).toBe('eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0');
});

test('a branch has its labels in the order of their bytes, whatever order they came in', () => {
  const labels = (tree: HashTree): string[] => {
    if (tree[0] === Kind.fork) return [...labels(tree[1]), ...labels(tree[2])];
    return tree[0] === Kind.labelled ? [hex(tree[1])] : [];
  };
  fc.assert(fc.property(fc.uniqueArray(fc.uint8Array({ maxLength: 4 }), { selector: hex }), (names) => {
    const tree = branch(names.map((name) => [name, leaf(name)]));
    expect(labels(tree)).toEqual(names.map(hex).sort());
    expect(rootHash(branch([...names].reverse().map((name) => [name, leaf(name)])))).toEqual(rootHash(tree));
  }));
});

test('the agent reckons the same root hash', async () => {
  await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.uint8Array({ maxLength: 4 }), { selector: hex }), async (names) => {
    const tree = branch(names.map((name) => [name, branch([['value', leaf(name)], ['nothing', EMPTY]])]));
    expect(hex(rootHash(tree))).toBe(hex(await reconstruct(tree as unknown as AgentTree)));
  }), { numRuns: 30 });
});

test('a branch refuses a label that occurs twice', () => {
  expect(() => branch([['a', EMPTY], ['b', EMPTY], [Uint8Array.of(0x61), EMPTY]])).toThrow('the label a occurs twice');
});

test('a branch of nothing is empty', () => {
  expect(branch([])).toEqual(EMPTY);
});

test('a natural number is LEB128 in its shortest form, as the agent encodes it', () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), (value) => {
    expect(natural(value)).toEqual([Kind.leaf, lebEncode(value)]);
  }));
});
