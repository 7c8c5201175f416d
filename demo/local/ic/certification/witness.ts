import { type HashTree, Kind, type Path, rootHash } from './hash-tree.js';

/**
 * Prunes a tree to what proves the given paths (interface specification, "Lookup"): all that is below a path that leads
 * somewhere; for one that does not, its neighbours' labels. The root hash stays the same. Where a path goes on below a
 * leaf, nothing but the leaf proves that it leads nowhere: whoever may not see a value may not ask for a path through it.
 * @param tree with nothing pruned where the paths lead
 */
export function witness(tree: HashTree, paths: readonly Path[]): HashTree {
  if (paths.some((path) => path.length === 0)) return tree;
  if (paths.length === 0) return prune(tree);
  return keep(tree, labelsToShow(labelsOf(tree), paths));
}

/** The tree without what is below a path, if that leads anywhere. */
export function withhold(tree: HashTree, path: Path): HashTree {
  const [label, ...rest] = path;
  if (label === undefined) return prune(tree);
  if (tree[0] === Kind.fork) return [Kind.fork, withhold(tree[1], path), withhold(tree[2], path)];
  return tree[0] === Kind.labelled && Buffer.compare(tree[1], label) === 0 ? [Kind.labelled, label, withhold(tree[2], rest)] : tree;
}

/** The labels to show, by {@link key}, each with the paths that go on below it. */
function labelsToShow(labels: readonly Uint8Array[], paths: readonly Path[]): Map<string, Path[]> {
  const shown = new Map<string, Path[]>();
  const show = (label: Uint8Array | undefined, below: Path[]) => {
    if (label === undefined) return;
    shown.set(key(label), [...(shown.get(key(label)) ?? []), ...below]);
  };
  for (const [label, ...rest] of paths) {
    if (label === undefined) continue;
    const before = labels.findLastIndex((other) => Buffer.compare(other, label) < 0);
    const next = labels[before + 1];
    if (next !== undefined && Buffer.compare(next, label) === 0) {
      show(label, [rest]);
    } else {
      show(labels[before], []);
      show(next, []);
    }
  }
  return shown;
}

function keep(tree: HashTree, shown: ReadonlyMap<string, readonly Path[]>): HashTree {
  switch (tree[0]) {
    case Kind.fork: {
      const left = keep(tree[1], shown);
      const right = keep(tree[2], shown);
      const forked: HashTree = [Kind.fork, left, right];
      return isClosed(left) && isClosed(right) ? prune(forked) : forked;
    }
    case Kind.labelled: {
      const below = shown.get(key(tree[1]));
      return below === undefined ? prune(tree) : [Kind.labelled, tree[1], witness(tree[2], below)];
    }
    case Kind.empty:
    case Kind.leaf:
    case Kind.pruned:
      return tree;
  }
}

/** `Empty` stays, since its hash would prove the absence of nothing. */
function prune(tree: HashTree): HashTree {
  return tree[0] === Kind.empty ? tree : [Kind.pruned, rootHash(tree)];
}

function isClosed(tree: HashTree): boolean {
  return tree[0] === Kind.empty || tree[0] === Kind.pruned;
}

function labelsOf(tree: HashTree): Uint8Array[] {
  if (tree[0] === Kind.fork) return [...labelsOf(tree[1]), ...labelsOf(tree[2])];
  return tree[0] === Kind.labelled ? [tree[1]] : [];
}

function key(label: Uint8Array): string {
  return Buffer.from(label).toString('hex');
}
