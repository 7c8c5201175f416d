/** The part of the certified tree that holds static files: by the segments of their paths. */
import { LabelTree } from '../certification/label-tree.js';
import { labeledCbor, labeledHash } from '../certification/hash-tree.js';

/** A file in the tree. */
export interface Branch {
  /** From the root, as `/locales/de.json`. */
  path: string;
  /** The hash of the part with the last label of the path. */
  labeled: Uint8Array;
}

/** The segments of a path: `/` has one, which is empty. */
export function segmentsOf(path: string): string[] {
  return path.slice(1).split('/');
}

/** The tree of all files on one side of `checkout`, by their first segments. At most two segments deep. */
export class PathTree {
  private readonly top = new LabelTree();
  private readonly folders = new Map<string, LabelTree>();

  /** @param bytes of an ASCII text */
  constructor(
    files: readonly Branch[],
    private readonly bytes: (text: string) => Uint8Array,
  ) {
    for (const { path, labeled } of files) {
      const [first, second] = segmentsOf(path);
      if (second === undefined) {
        this.top.set(first, labeled);
        continue;
      }
      let folder = this.folders.get(first);
      if (!folder) this.folders.set(first, (folder = new LabelTree()));
      folder.set(second, labeled);
    }
    for (const [name, folder] of this.folders) this.top.set(name, labeledHash(bytes(name), folder.hash));
  }

  get hash(): Uint8Array {
    return this.top.hash;
  }

  /** The tree in CBOR, with everything left out but the way to a file. @param content of the part under its last label, in CBOR */
  witness(path: string, content: readonly Uint8Array[]): Uint8Array[] {
    const [first, second] = segmentsOf(path);
    const folder = this.folders.get(first);
    const inner = folder && second !== undefined ? folder.witness(second, labeledCbor(this.bytes(second), content)) : content;
    return this.top.witness(first, labeledCbor(this.bytes(first), inner));
  }
}

/** Whether a path stands before `/checkout/…` in the tree, whose labels are in order. */
export function isBeforeCheckout(path: string): boolean {
  return segmentsOf(path)[0] < 'checkout';
}
