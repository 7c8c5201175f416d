/** The part of the certified tree that holds static files: by the segments of their paths. */
import { LabelTree } from '../certification/label-tree.js';
import { labeledCbor, labeledHash } from '../certification/hash-tree.js';
import { fromHex } from '../encoding/bytes.js';
import type { StaticFile } from './static-file.js';

/** A file as the tree needs it. */
type Branch = Pick<StaticFile, 'path' | 'labeled'>;

/** Where files stand: on which side of the label `checkout`. */
export type Side = 'before' | 'after';

/** The segments of a path: `/` has one, which is empty. */
export function segmentsOf(path: string): string[] {
  return path.slice(1).split('/');
}

/** On which side of `/checkout/…` a path stands in the tree, whose labels are in order. */
export function sideOf(path: string): Side {
  return segmentsOf(path)[0] < 'checkout' ? 'before' : 'after';
}

/** The tree of all files on one side, by their first segments. At most two segments deep. */
export class PathTree {
  private readonly top = new LabelTree();
  private readonly folders = new Map<string, LabelTree>();

  /**
   * @param files of both sides
   * @param bytes of an ASCII text
   */
  constructor(
    files: readonly Branch[],
    side: Side,
    private readonly bytes: (text: string) => Uint8Array,
  ) {
    for (const { path, labeled } of files) {
      if (sideOf(path) !== side) continue;
      const [first, second] = segmentsOf(path);
      if (second === undefined) {
        this.top.set(first, fromHex(labeled));
        continue;
      }
      let folder = this.folders.get(first);
      if (!folder) this.folders.set(first, (folder = new LabelTree()));
      folder.set(second, fromHex(labeled));
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
