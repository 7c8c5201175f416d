/**
 * Final answers that the subnet vouches for: a gateway lets a query give them, for no single node can make one up, nor change
 * or swap one, nor give one that is older than a certificate lives (five minutes).
 *
 * https://docs.internetcomputer.org/references/http-gateway-protocol-spec#response-verification
 */
import { ExpressionPath, HTTP_EXPR } from './expression-path.js';
import { FORK_CBOR, forkHash, labeledCbor, labeledHash, prunedCbor } from './hash-tree.js';
import { LabelTree } from './label-tree.js';
import { expressionFor, headHash, responseHash, type Header } from './response-hash.js';

/**
 * Answers that are kept, the latest ones. Others are answered by an update. Each change is hashed up to the root, which
 * takes the longer the more there are: 1.1 M instructions more for each doubling.
 */
export const MOST_ANSWERS = 32;

/** What else is certified, on either side of the answers' label: the hashes of the parts. */
export interface Beside {
  before: Uint8Array;
  after: Uint8Array;
}

/** See above. Kept in memory only: an upgrade begins with none. */
export class CertifiedAnswers {
  /** The same for all. */
  readonly expression: string;

  private tree = new LabelTree();
  /** The hash of each answer's response by session, in the order of their coming. */
  private readonly responses = new Map<string, Uint8Array>();
  private readonly head: Uint8Array;
  private readonly path: ExpressionPath;
  private readonly label: Uint8Array;
  private isDirty = true;

  /**
   * @param headers of every response, names in lower case
   * @param bytes of an ASCII text without control characters
   */
  constructor(
    headers: readonly Header[],
    private readonly bytes: (text: string) => Uint8Array,
    private beside?: Beside,
  ) {
    this.expression = expressionFor(headers);
    this.head = headHash(headers, this.expression);
    this.path = new ExpressionPath(this.expression, bytes);
    this.label = bytes('checkout');
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

  /** What lies to the left of the answers is another now. @param before its hash */
  setBefore(before: Uint8Array): void {
    if (!this.beside) throw new Error('there is nothing beside the answers');
    this.beside = { ...this.beside, before };
    this.isDirty = true;
  }

  /** The 32 bytes to be certified, where they are others than the last time. */
  takeRoot(): Uint8Array | undefined {
    if (!this.isDirty) return undefined;
    this.isDirty = false;
    const answers = labeledHash(this.label, this.tree.hash);
    const { beside } = this;
    return labeledHash(this.bytes(HTTP_EXPR), beside ? forkHash(beside.before, forkHash(answers, beside.after)) : answers);
  }

  /** The value of the `IC-Certificate` header for a session's answer, in ASCII; undefined where it is not kept. */
  certificateHeader(id: string, certificate: Uint8Array): Uint8Array | undefined {
    const response = this.responses.get(id);
    if (response === undefined) return undefined;
    const label = this.bytes(id);
    const answers = labeledCbor(this.label, this.tree.witness(id, labeledCbor(label, this.path.cbor(response))));
    const { beside } = this;
    const paths = beside ? [FORK_CBOR, ...prunedCbor(beside.before), FORK_CBOR, ...answers, ...prunedCbor(beside.after)] : answers;
    return this.path.header(certificate, paths, [this.label, label]);
  }

  /** The tree of all paths in CBOR, with nothing of the answers but their hash. @param part the one that is shown of those beside */
  pathsBeside(part: 'before' | 'after', content: readonly Uint8Array[]): Uint8Array[] {
    if (!this.beside) throw new Error('there is nothing beside the answers');
    const { before, after } = this.beside;
    const answers = labeledHash(this.label, this.tree.hash);
    if (part === 'before') return [FORK_CBOR, ...content, ...prunedCbor(forkHash(answers, after))];
    return [FORK_CBOR, ...prunedCbor(before), FORK_CBOR, ...prunedCbor(answers), ...content];
  }

  private sessionHash(id: string, response: Uint8Array): Uint8Array {
    return labeledHash(this.bytes(id), this.path.hash(response));
  }
}
