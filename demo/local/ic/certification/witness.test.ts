import { Cbor, type HashTree as AgentTree, lookup_path } from '@dfinity/agent';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCbor } from '../cbor.js';
import { branch, type HashTree, Kind, labelBytes, leaf, type Path, rootHash } from './hash-tree.js';
import { text } from './values.js';
import { withhold, witness } from './witness.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const path = (...labels: string[]): Path => labels.map(labelBytes);
const label = (name: string, tree: HashTree): HashTree => [Kind.labelled, labelBytes(name), tree];
const fork = (left: HashTree, right: HashTree): HashTree => [Kind.fork, left, right];
const EMPTY: HashTree = [Kind.empty];

/** The example of the interface specification ("Certification"). */
const EXAMPLE = fork(
  fork(label('a', fork(fork(label('x', text('hello')), EMPTY), label('y', text('world')))), label('b', text('good'))),
  fork(label('c', EMPTY), label('d', text('morning'))),
);

test("prunes the specification's example as it does", () => {
  const pruned = '83018301830241618301820458201b4feff9bef8131788b0c9dc6dbad6e81e524249c879e9f10f71ce3749f5a63883024179820345776f726c6483024162820458207b32ac0c6ba8ce35ac82c255fc7906f7fc130dab2a090f80fe12f9c2cae83ba6830182045820ec8324b8a1f1ac16bd2e806edba78006479c9877fed4eb464a25485465af601d830241648203476d6f726e696e67';
  expect(hex(encodeCbor(witness(EXAMPLE, [path('a', 'y'), path('ax'), path('d')])))).toBe(`d9d9f7${pruned}`);
});

test('no path gives nothing but the root hash, the empty path everything', () => {
  expect(witness(EXAMPLE, [])).toEqual([Kind.pruned, rootHash(EXAMPLE)]);
  expect(witness(EXAMPLE, [[]])).toEqual(EXAMPLE);
});

test('withholds what is below a path, and nothing else', () => {
  const without = withhold(EXAMPLE, path('a', 'y'));
  expect(rootHash(without)).toEqual(rootHash(EXAMPLE));
  expect([lookup(path('a', 'y'), without), lookup(path('a', 'x'), without), lookup(path('d'), without)]).toEqual(['Unknown', 'hello', 'morning'].map((value) => (value === 'Unknown' ? value : labelBytes(value))));
  expect(withhold(EXAMPLE, path('e', 'y'))).toEqual(EXAMPLE);
});

/** `lookup_path` of the specification, word for word. */
function lookup(path: Path, tree: HashTree): Uint8Array | 'Absent' | 'Unknown' | 'Error' {
  const [label, ...rest] = path;
  if (label !== undefined) {
    const found = findLabel(label, flatten(tree));
    return typeof found === 'string' ? found : lookup(rest, found);
  }
  if (tree[0] === Kind.leaf) return tree[1];
  return ({ [Kind.empty]: 'Absent', [Kind.pruned]: 'Unknown', [Kind.labelled]: 'Error', [Kind.fork]: 'Error' } as const)[tree[0]];
}

function findLabel(label: Uint8Array, trees: readonly HashTree[]): HashTree | 'Absent' | 'Unknown' {
  const compare = (tree: HashTree | undefined) => (tree?.[0] === Kind.labelled ? Buffer.compare(tree[1], label) : undefined);
  for (const tree of trees) if (tree[0] === Kind.labelled && compare(tree) === 0) return tree[2];
  const between = trees.some((tree, index) => compare(tree) === -1 && compare(trees[index + 1]) === 1);
  if (between || compare(trees[0]) === 1 || compare(trees.at(-1)) === -1) return 'Absent';
  return trees.length === 0 || (trees.length === 1 && trees[0]?.[0] === Kind.leaf) ? 'Absent' : 'Unknown';
}

function flatten(tree: HashTree): HashTree[] {
  if (tree[0] === Kind.fork) return [...flatten(tree[1]), ...flatten(tree[2])];
  return tree[0] === Kind.empty ? [] : [tree];
}

/** All labels of a tree, as the paths to them, and whether what is below them is there. */
function paths(tree: HashTree, prefix: Path = []): { at: Path; shown: boolean }[] {
  return flatten(tree).flatMap((child) => {
    if (child[0] !== Kind.labelled) return [];
    const at = [...prefix, child[1]];
    return [{ at, shown: child[2][0] !== Kind.pruned }, ...paths(child[2], at)];
  });
}

const startsWith = (path: Path, prefix: Path) => prefix.every((label, index) => path[index] !== undefined && Buffer.compare(path[index], label) === 0);

/** A tree, and paths to ask for: ones that are there, parts of them, and ones that leave them somewhere. */
function treeAndPaths(labels: fc.Arbitrary<Uint8Array>): fc.Arbitrary<{ tree: HashTree; asked: Path[] }> {
  const { tree } = fc.letrec<{ tree: HashTree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'medium', maxDepth: 3 },
      fc.uint8Array({ maxLength: 3 }).map(leaf),
      fc.uniqueArray(fc.tuple(labels, tie('tree')), { selector: ([name]) => hex(name), maxLength: 6 }).map(branch),
    ),
  }));
  const wish = fc.record({ pick: fc.nat(), keep: fc.nat({ max: 4 }), further: fc.array(labels, { maxLength: 2 }) });
  return fc.record({ tree, wishes: fc.array(wish, { maxLength: 5 }) }).map(({ tree, wishes }) => {
    const there = paths(tree).map(({ at }) => at);
    return { tree, asked: wishes.map(({ pick, keep, further }) => [...(there[pick % there.length] ?? []).slice(0, keep), ...further]) };
  });
}

const full = treeAndPaths(fc.array(fc.constantFrom(0, 1, 2, 255), { maxLength: 3 }).map((bytes) => Uint8Array.from(bytes)));

test('a witness has the root hash of the tree, and answers all that was asked as the whole tree does', () => {
  fc.assert(fc.property(full, ({ tree, asked }) => {
    const pruned = witness(tree, asked);
    expect(rootHash(pruned)).toEqual(rootHash(tree));
    for (const path of asked) {
      expect(lookup(path, tree)).not.toBe('Unknown');
      expect(lookup(path, pruned)).toEqual(lookup(path, tree));
      for (const { at } of paths(tree)) if (startsWith(at, path)) expect(lookup(at, pruned)).toEqual(lookup(at, tree));
    }
  }), { numRuns: 500 });
});

test('a witness shows nothing but what was asked, the way there, and the neighbours of what there is not', () => {
  fc.assert(fc.property(full, ({ tree, asked }) => {
    for (const { at, shown } of paths(witness(tree, asked))) {
      const wanted = asked.some((path) => startsWith(at, path) || startsWith(path, at));
      if (wanted) continue;
      expect(shown, `what is below ${at.map(hex).join('/')}`).toBe(lookup(at, tree) === 'Absent'); // only Empty
      expect(asked.some((path) => isNeighbour(tree, at, path)), `the label ${at.map(hex).join('/')}`).toBe(true);
    }
  }), { numRuns: 500 });
});

/** Whether the path to a label is next to where a path would be that leads nowhere. */
function isNeighbour(tree: HashTree, at: Path, path: Path): boolean {
  const parent = at.slice(0, -1);
  const there = path.slice(0, at.length);
  if (!startsWith(path, parent) || there.length < at.length || paths(tree).some((other) => hexPath(other.at) === hexPath(there))) return false;
  const siblings = [...paths(tree).map((other) => other.at).filter((other) => other.length === at.length && startsWith(other, parent)), there];
  const sorted = siblings.map((sibling) => hex(sibling.at(-1) ?? new Uint8Array())).sort();
  return Math.abs(sorted.indexOf(hex(at.at(-1) ?? new Uint8Array())) - sorted.indexOf(hex(there.at(-1) ?? new Uint8Array()))) === 1;
}

const hexPath = (path: Path) => path.map(hex).join('/');

test('the agent finds in a witness what was asked, or that it is not there', () => {
  // Labels of one byte: the agent's order of labels of several is not the specification's.
  const simple = treeAndPaths(fc.uint8Array({ minLength: 1, maxLength: 1, max: 9 }));
  fc.assert(fc.property(simple, ({ tree, asked }) => {
    const pruned = Cbor.decode<AgentTree>(encodeCbor(witness(tree, asked)));
    for (const path of asked) {
      const result = lookup_path([...path], pruned);
      const expected = lookup(path, tree);
      if (typeof expected === 'string') expect(result).toEqual({ status: expected });
      else expect(result).toEqual({ status: 'Found', value: expected });
    }
  }), { numRuns: 500 });
});
