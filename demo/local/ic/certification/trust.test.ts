import { Principal } from '@dfinity/principal';
import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { branch } from './hash-tree.js';
import { Trust } from './trust.js';
import { natural } from './values.js';

const ids = ({ rootKey, rootSubnet, subnet, nodes }: Trust) => [Buffer.from(rootKey).toString('hex'), ...[rootSubnet, subnet, ...nodes.map(({ id }) => id)].map((id) => id.toText())];

test('the same seed gives the same keys, ids, bytes and certificates; another seed others', () => {
  const one = Trust.create('seed', 2);
  const same = Trust.create('seed', 2);
  const tree = branch([['time', natural(5n)]]);
  expect(ids(same)).toEqual(ids(one));
  expect(same.random('nonce', 40)).toEqual(one.random('nonce', 40));
  expect(same.certify(tree, 5n, 'flat')).toEqual(one.certify(tree, 5n, 'flat'));
  const other = Trust.create('another seed', 2);
  expect(ids(one).filter((id) => ids(other).includes(id))).toEqual([]);
  expect(other.random('nonce', 40)).not.toEqual(one.random('nonce', 40));
});

test('without a seed, each has keys of its own', () => {
  const [one, other] = [ids(Trust.create()), ids(Trust.create())];
  expect(one.filter((id) => other.includes(id))).toEqual([]);
});

test('has as many nodes as are wanted, all different', () => {
  expect(Trust.create('seed').nodes).toHaveLength(1);
  expect(new Set(Trust.create('seed', 4).nodes.map(({ id }) => id.toText())).size).toBe(4);
});

test('random bytes are as many as are wanted, and differ from label to label', () => {
  const trust = Trust.create('seed');
  expect(trust.random('a', 100_000)).toHaveLength(100_000);
  expect(trust.random('a', 32)).not.toEqual(trust.random('b', 32));
});

test('all ids are self-authenticating, and the root key is DER of 133 bytes', () => {
  const trust = Trust.create('seed', 2);
  expect(trust.rootKey).toHaveLength(133);
  expect(trust.rootSubnet.toText()).toBe(Principal.selfAuthenticating(trust.rootKey).toText());
  for (const { id, publicKey } of [...trust.topology, ...trust.nodes]) expect(id.toText()).toBe(Principal.selfAuthenticating(publicKey).toText());
});

test('a node signs with the Ed25519 key that it says is its own', () => {
  for (const node of Trust.create('seed', 2).nodes) {
    const key = createPublicKey({ key: Buffer.from(node.publicKey), format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from('message'), key, node.sign(Buffer.from('message')))).toBe(true);
    expect(verify(null, Buffer.from('another'), key, node.sign(Buffer.from('message')))).toBe(false);
  }
});
