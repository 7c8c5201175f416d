/**
 * Final answers that the subnet vouches for: a gateway lets a query give them, for no single node can make one up, nor change
 * or swap one, nor give one that is older than a certificate lives (five minutes).
 *
 * https://docs.internetcomputer.org/references/http-gateway-protocol-spec#response-verification
 */
import { sha256 } from '../crypto/sha256.js';
import { concat } from '../encoding/bytes.js';
import { base64 } from './base64.js';
import { EMPTY_LEAF, SELF_DESCRIBED, labeledCbor, labeledHash } from './hash-tree.js';
import { LabelTree } from './label-tree.js';
import { expressionFor, headHash, responseHash, type Header } from './response-hash.js';

/**
 * Answers that are kept, the latest ones. Others are answered by an update. Each change is hashed up to the root, which
 * takes the longer the more there are: 1.1 M instructions more for each doubling.
 */
export const MOST_ANSWERS = 64;

/** See above. Kept in memory only: an upgrade begins with none. */
export class CertifiedAnswers {
  /** The same for all. */
  readonly expression: string;

  private tree = new LabelTree();
  /** The hash of each answer's response by session, in the order of their coming. */
  private readonly responses = new Map<string, Uint8Array>();
  private readonly head: Uint8Array;
  private readonly expressionHash: Uint8Array;
  private readonly path;
  private isDirty = true;

  /**
   * @param headers of every response, names in lower case
   * @param bytes of an ASCII text without control characters
   */
  constructor(
    headers: readonly Header[],
    private readonly bytes: (text: string) => Uint8Array,
  ) {
    this.expression = expressionFor(headers);
    this.head = headHash(headers, this.expression);
    this.expressionHash = sha256([bytes(this.expression)]);
    this.path = { http_expr: bytes('http_expr'), checkout: bytes('checkout'), end: bytes('<$>'), none: new Uint8Array() };
  }

  get size(): number {
    return this.responses.size;
  }

  has(id: string): boolean {
    return this.responses.has(id);
  }

  /** Keeps the answer about a session; the oldest makes room for it. @param body of the response */
  set(id: string, body: Uint8Array): void {
    const hash = responseHash(this.head, body);
    this.responses.delete(id);
    this.responses.set(id, hash);
    this.tree.set(id, this.sessionHash(id, hash));
    this.isDirty = true;
    if (this.responses.size <= MOST_ANSWERS) return;
    // Its answer stays true until it is set anew or removed.
    const [oldest] = this.responses.keys();
    this.responses.delete(oldest);
    this.tree.letGo(oldest);
  }

  /** An answer is no longer final, or no longer true. */
  remove(id: string): void {
    this.responses.delete(id);
    this.tree.remove(id);
    this.isDirty = true;
  }

  clear(): void {
    this.responses.clear();
    this.tree = new LabelTree();
    this.isDirty = true;
  }

  /** The 32 bytes to be certified, where they are others than the last time. */
  takeRoot(): Uint8Array | undefined {
    if (!this.isDirty) return undefined;
    this.isDirty = false;
    return labeledHash(this.path.http_expr, labeledHash(this.path.checkout, this.tree.hash));
  }

  /** The value of the `IC-Certificate` header for a session's answer, in ASCII; undefined where it is not kept. */
  certificateHeader(id: string, certificate: Uint8Array): Uint8Array | undefined {
    const response = this.responses.get(id);
    if (response === undefined) return undefined;
    const { http_expr, checkout, end, none } = this.path;
    const label = this.bytes(id);
    const answer = labeledCbor(end, labeledCbor(this.expressionHash, labeledCbor(none, labeledCbor(response, EMPTY_LEAF.cbor))));
    const sessions = this.tree.witness(id, labeledCbor(label, answer));
    const tree = concat([SELF_DESCRIBED, ...labeledCbor(http_expr, labeledCbor(checkout, sessions))]);
    const path = concat([SELF_DESCRIBED, Uint8Array.of(0x84), ...[http_expr, checkout, label, end].flatMap(textCbor)]);
    const { bytes } = this;
    return concat([bytes('certificate=:'), base64(certificate), bytes(':, tree=:'), base64(tree), bytes(':, expr_path=:'), base64(path), bytes(':, version=2')]);
  }

  private sessionHash(id: string, response: Uint8Array): Uint8Array {
    const { end, none } = this.path;
    const answer = labeledHash(end, labeledHash(this.expressionHash, labeledHash(none, labeledHash(response, EMPTY_LEAF.hash))));
    return labeledHash(this.bytes(id), answer);
  }
}

/** A text string of at most 255 bytes. */
function textCbor(text: Uint8Array): Uint8Array[] {
  return [text.length < 24 ? Uint8Array.of(0x60 + text.length) : Uint8Array.of(0x78, text.length), text];
}
