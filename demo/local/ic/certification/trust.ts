import type { Principal } from '@dfinity/principal';
import { createHash, randomBytes } from 'node:crypto';
import { type Delegation, encodeCertificate, signTree } from './certificate.js';
import { branch, type HashTree, labelBytes, type Path } from './hash-tree.js';
import { NodeKey, SubnetKey } from './keys.js';
import { ALL_CANISTERS, type SubnetInfo, topologyTree } from './topology.js';
import { natural } from './values.js';
import { witness } from './witness.js';

/**
 * Where a certificate's delegation shows the subnet's canister ranges (interface specification, "HTTPS interface"):
 * - `flat`, under `/subnet/<subnet_id>/canister_ranges`: v2 of query and read_state, v3 of call
 * - `sharded`, under `/canister_ranges/<subnet_id>`: v3 of query and read_state, v4 of call
 * - `none`: the endpoints under `/api/.../subnet/`, from those versions on
 */
export type DelegationFormat = 'flat' | 'sharded' | 'none';

/** How old a delegation gets before it is renewed, in nanoseconds: a day; on the IC, about a week. */
const DELEGATION_AGE = 86_400_000_000_000n;

/**
 * The keys of one local IC: those of a root subnet, which certifies that there is an application subnet with all
 * canisters, and that subnet's own and its nodes'. No secret leaves it.
 */
export class Trust {
  readonly #secret: Uint8Array;
  readonly #root: SubnetKey;
  readonly #own: SubnetKey;
  #delegated: { readonly time: bigint; readonly tree: HashTree; readonly signature: Uint8Array } | undefined;
  /** The root subnet's public key, which clients must know beforehand. DER, 133 bytes. */
  readonly rootKey: Uint8Array;
  readonly rootSubnet: Principal;
  /** The application subnet, with all canisters. */
  readonly subnet: Principal;
  /** The application subnet's. */
  readonly nodes: readonly NodeKey[];
  readonly topology: readonly SubnetInfo[];

  /**
   * @param seed the same keys and ids for the same seed; random ones without. Whoever knows it knows the keys
   * @param nodes how many the application subnet has
   */
  static create(seed?: string, nodes = 1): Trust {
    return new Trust(seed === undefined ? randomBytes(32) : createHash('sha256').update(seed).digest(), nodes);
  }

  private constructor(secret: Uint8Array, nodes: number) {
    this.#secret = secret;
    this.#root = new SubnetKey(this.#draw('key', 'root subnet', SubnetKey.seedBytes));
    this.#own = new SubnetKey(this.#draw('key', 'application subnet', SubnetKey.seedBytes));
    this.nodes = Array.from({ length: nodes }, (_, index) => new NodeKey(this.#draw('key', `node ${index}`, NodeKey.seedBytes)));
    this.rootKey = this.#root.publicKey;
    this.rootSubnet = this.#root.id;
    this.subnet = this.#own.id;
    this.topology = [
      { id: this.rootSubnet, publicKey: this.rootKey, type: 'system', canisterRanges: [], nodes: [] },
      { id: this.subnet, publicKey: this.#own.publicKey, type: 'application', canisterRanges: [ALL_CANISTERS], nodes: this.nodes },
    ];
  }

  /**
   * A certificate of the application subnet, in CBOR (interface specification, "Certificate").
   * @param tree its state tree, or what was pruned of it
   * @param time the tree's `/time`, in nanoseconds since 1970
   */
  certify(tree: HashTree, time: bigint, format: DelegationFormat): Uint8Array {
    return encodeCertificate(tree, signTree(this.#own, tree), this.#delegation(time, format));
  }

  /** The same bytes for the same seed and label, and they tell nothing about those of other labels or about the keys. */
  random(label: string, count: number): Uint8Array {
    return this.#draw('random', label, count);
  }

  /** The root subnet's state of that day's midnight (UTC): not from the future for any client, fresh enough for all, and the same for the same seed. */
  #delegation(time: bigint, format: DelegationFormat): Delegation {
    const midnight = time - (time % DELEGATION_AGE);
    if (this.#delegated?.time !== midnight) {
      const tree = branch([['time', natural(midnight)], ...topologyTree(this.topology, this.rootSubnet)]);
      this.#delegated = { time: midnight, tree, signature: signTree(this.#root, tree) };
    }
    const { tree, signature } = this.#delegated;
    return { subnet_id: this.subnet.toUint8Array(), certificate: encodeCertificate(witness(tree, this.#delegationPaths(format)), signature) };
  }

  #delegationPaths(format: DelegationFormat): Path[] {
    const subnet = this.subnet.toUint8Array();
    const about = (name: string) => [labelBytes('subnet'), subnet, labelBytes(name)];
    const paths = [[labelBytes('time')], about('public_key'), about('type')]; // the type is for verifying canister signatures
    if (format === 'flat') paths.push(about('canister_ranges'));
    if (format === 'sharded') paths.push([labelBytes('canister_ranges'), subnet]);
    return paths;
  }

  #draw(purpose: 'key' | 'random', label: string, count: number): Uint8Array {
    return createHash('shake256', { outputLength: count }).update(this.#secret).update(`${purpose} ${label}`).digest();
  }
}
