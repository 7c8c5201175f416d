/** A node that remembers all that it has ever seen, and what it can prove by that. */
import { Cbor } from '@dfinity/agent';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Kind, rootHash, type HashTree } from '../../local/ic/certification/hash-tree.js';
import { JSON_HEADERS } from '../../../canister/http/responses.js';
import { CertifiedAnswers, MOST_ANSWERS } from '../../../canister/certification/certified-answers.js';
import { expressionFor, headHash, responseHash } from '../../../canister/certification/response-hash.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const HEAD = headHash(JSON_HEADERS, expressionFor(JSON_HEADERS));

/** What a hash was made of. */
type Part = { fork: [string, string] } | { label: string; below: string };

class Node {
  private readonly seen = new Map<string, Part>();

  /** Takes in a response's header, as every node sees it. Returns the tree's root. */
  see(header: Uint8Array): string {
    const [, tree] = /tree=:([^:]*):/.exec(Buffer.from(header).toString('latin1'))!;
    return this.learn(Cbor.decode(new Uint8Array(Buffer.from(tree, 'base64'))));
  }

  /** All that it can prove below a root: session and the hash of the response. */
  provable(root: string, path: readonly string[] = []): [session: string, response: string][] {
    const part = this.seen.get(root);
    if (part === undefined) return path.length === 7 ? [[Buffer.from(path[2], 'hex').toString(), path[6]]] : [];
    if ('fork' in part) return part.fork.flatMap((hash) => this.provable(hash, path));
    return this.provable(part.below, [...path, part.label]);
  }

  private learn(tree: HashTree): string {
    const hash = hex(rootHash(tree));
    if (tree[0] === Kind.fork) this.seen.set(hash, { fork: [this.learn(tree[1]), this.learn(tree[2])] });
    if (tree[0] === Kind.labelled) this.seen.set(hash, { label: hex(tree[1]), below: this.learn(tree[2]) });
    return hash;
  }
}

/** More sessions than are kept, many of which begin alike, and some of which begin like the whole of another. */
const SESSIONS = Array.from({ length: 2 * MOST_ANSWERS }, (_, index) => `cs_test_${index.toString(3)}`);

const session = fc.nat(SESSIONS.length - 1).map((index) => SESSIONS[index]);
const step = fc.oneof(
  { weight: 40, arbitrary: fc.record({ kind: fc.constant('set' as const), session, body: fc.constantFrom('paid', 'refunded', 'expired', 'failed') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove' as const), session }) },
  // Of those that had to make room, counted from the latest.
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('remove evicted' as const, 'refund evicted' as const), index: fc.nat(5) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const message = fc.array(step, { minLength: 1, maxLength: 12 });

/** The answers, what should be kept of them, what is true, and the node that watches. */
class Watched {
  readonly answers = new CertifiedAnswers(JSON_HEADERS, bytes);
  readonly node = new Node();
  private readonly truth = new Map<string, string>();
  private readonly latest = new Set<string>();
  private evicted: string[] = [];
  /** How often something had made room and was then set or removed. */
  returns = 0;

  take(next: Step): void {
    if (next.kind === 'set') return this.set(next.session, next.body);
    if (next.kind === 'remove') return this.remove(next.session);
    const session = this.evicted.at(-1 - next.index);
    if (session === undefined) return;
    this.returns += 1;
    if (next.kind === 'remove evicted') this.remove(session);
    else this.set(session, 'refunded');
  }

  set(session: string, body: string): void {
    this.answers.set(session, bytes(body));
    this.truth.set(session, hex(responseHash(HEAD, bytes(body))));
    this.forget(session);
    this.latest.add(session);
    if (this.latest.size <= MOST_ANSWERS) return;
    const [oldest] = this.latest;
    this.latest.delete(oldest);
    this.evicted.push(oldest);
  }

  remove(session: string): void {
    this.answers.remove(session);
    this.truth.delete(session);
    this.forget(session);
  }

  clear(): void {
    this.answers.clear();
    this.truth.clear();
    this.latest.clear();
    this.evicted = [];
  }

  /** Certifies, has the node see all answers, and checks what it can make of that and of its memory. */
  check(): void {
    this.answers.takeRoot();
    expect(this.answers.size).toBe(this.latest.size);
    const roots = new Set([...this.latest].map((session) => this.node.see(this.answers.certificateHeader(session, new Uint8Array())!)));
    expect(roots.size).toBe(1);
    const provable = this.node.provable([...roots][0]);
    const untrue = provable.filter(([session, response]) => response !== this.truth.get(session));
    expect(untrue).toEqual([]);
    expect(new Set(provable.map(([session]) => session)).size).toBe(provable.length);
    expect(provable.map(([session]) => session)).toEqual(expect.arrayContaining([...this.latest]));
  }

  private forget(session: string): void {
    this.latest.delete(session);
    this.evicted = this.evicted.filter((other) => other !== session);
  }
}

it('all that is kept is proved by the root, and nothing can be that is no longer true, by whatever has been seen before', () => {
  let returns = 0;
  fc.assert(
    fc.property(fc.array(message, { minLength: 30, maxLength: 40, size: 'max' }), (messages) => {
      const watched = new Watched();
      for (const session of SESSIONS.slice(0, MOST_ANSWERS)) watched.set(session, 'paid');
      watched.check();
      for (const steps of messages) {
        for (const next of steps) watched.take(next);
        watched.check();
      }
      watched.clear();
      watched.set(SESSIONS[0], 'paid');
      watched.check();
      returns += watched.returns;
    }),
    { numRuns: 6, endOnFailure: true }, // to look for a shorter example would take for ever
  );
  expect(returns).toBeGreaterThan(0);
});

it('what has made room is gone as soon as it is removed, or set anew, wherever it stood', () => {
  for (const change of ['remove', 'set'] as const) {
    for (let first = 0; first < MOST_ANSWERS; first += 5) {
      const watched = new Watched();
      // Each in turn is the oldest.
      for (let index = 0; index < MOST_ANSWERS; index += 1) watched.set(SESSIONS[(first + index) % MOST_ANSWERS], 'paid');
      watched.check();
      watched.set(SESSIONS[MOST_ANSWERS + first], 'paid');
      watched.check();
      if (change === 'remove') watched.remove(SESSIONS[first]);
      else watched.set(SESSIONS[first], 'refunded');
      watched.check();
    }
  }
});
