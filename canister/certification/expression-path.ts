/** The parts of the certified tree under a path of which the response is certified, whatever the request, and what proves them. */
import { sha256 } from '../crypto/sha256.js';
import { concat } from '../encoding/bytes.js';
import { base64 } from './base64.js';
import { EMPTY_LEAF, SELF_DESCRIBED, labeledCbor, labeledHash } from './hash-tree.js';

/** Above all paths. */
export const HTTP_EXPR = 'http_expr';
/** Under each path. */
const END = '<$>';

/** Makes what stands under a path. */
export class ExpressionPath {
  private readonly end: Uint8Array;
  private readonly none = new Uint8Array();
  private readonly expressionHash: Uint8Array;

  /**
   * @param expression see `expressionFor`
   * @param bytes of an ASCII text without control characters
   */
  constructor(
    expression: string,
    private readonly bytes: (text: string) => Uint8Array,
  ) {
    this.end = bytes(END);
    this.expressionHash = sha256([bytes(expression)]);
  }

  /** The hash of what stands under a path. @param response its hash */
  hash(response: Uint8Array): Uint8Array {
    return labeledHash(this.end, labeledHash(this.expressionHash, labeledHash(this.none, labeledHash(response, EMPTY_LEAF.hash))));
  }

  /** The same in CBOR. */
  cbor(response: Uint8Array): Uint8Array[] {
    return labeledCbor(this.end, labeledCbor(this.expressionHash, labeledCbor(this.none, labeledCbor(response, EMPTY_LEAF.cbor))));
  }

  /**
   * The value of the `IC-Certificate` header, in ASCII.
   * @param paths the tree under `http_expr`, in CBOR
   * @param labels of the path
   */
  header(certificate: Uint8Array, paths: readonly Uint8Array[], labels: readonly Uint8Array[]): Uint8Array {
    const { bytes } = this;
    const root = bytes(HTTP_EXPR);
    const tree = concat([SELF_DESCRIBED, ...labeledCbor(root, paths)]);
    const all = [root, ...labels, this.end];
    const path = concat([SELF_DESCRIBED, Uint8Array.of(0x80 + all.length), ...all.flatMap(textCbor)]);
    return concat([bytes('certificate=:'), base64(certificate), bytes(':, tree=:'), base64(tree), bytes(':, expr_path=:'), base64(path), bytes(':, version=2')]);
  }
}

/** A text string of at most 255 bytes. */
function textCbor(text: Uint8Array): Uint8Array[] {
  return [text.length < 24 ? Uint8Array.of(0x60 + text.length) : Uint8Array.of(0x78, text.length), text];
}
