import type { Identity } from '@dfinity/agent';
import { DelegationChain, DelegationIdentity, ECDSAKeyIdentity, Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { call, COUNTER, EMPTY, envelope, expectRefused, type Fields, idOf, minutes, post, query, readState, serve, TestSubnet, url } from './testing.js';

let subnet: TestSubnet;
let server: Listening;
let me: Identity;
beforeEach(async () => {
  subnet = new TestSubnet();
  server = await serve(subnet);
  me = Ed25519KeyIdentity.generate();
});
afterEach(() => server.close());

const anonymous = (content: Fields) => envelope(content);
const signed = (content: Fields) => envelope(content, me);
const refused = (path: string, body: unknown, status: number, reason: string) => expectRefused(subnet, server, path, body, { status, reason });

describe('the signature', () => {
  const flipped = (bytes: unknown) => (bytes as Uint8Array).map((byte, at) => (at === 10 ? byte ^ 1 : byte));
  const der = (prefix: string, key: Uint8Array) => new Uint8Array(Buffer.concat([Buffer.from(prefix, 'hex'), key]));
  const refuse = (change: (whole: Fields) => Fields, reason: string) => async () => {
    await refused(url('call', 3), change(await signed(call(subnet))), 400, reason);
    await refused(url('query', 3), change(await signed(query(subnet))), 400, reason);
    await refused(url('read_state', 3), change(await signed(readState(subnet, [['time']]))), 400, reason);
  };
  /** An envelope of whoever a key belongs to. */
  const ofKey = (key: Uint8Array) => (whole: Fields) => ({ ...whole, sender_pubkey: key, content: { ...(whole.content as Fields), sender: Principal.selfAuthenticating(key).toUint8Array() } });

  test('must be there', refuse(({ content }) => ({ content }), 'Missing signature from user'));
  test('must be there with its key', refuse(({ content, sender_sig }) => ({ content, sender_sig }), 'Missing signature from user'));
  test('must be there beside its key', refuse(({ content, sender_pubkey }) => ({ content, sender_pubkey }), 'Missing signature from user'));
  test('must be right', refuse((whole) => ({ ...whole, sender_sig: flipped(whole.sender_sig) }), 'Invalid signature'));
  test('must be of 64 bytes', refuse((whole) => ({ ...whole, sender_sig: new Uint8Array(63) }), 'Invalid signature'));
  test('must be a blob', refuse((whole) => ({ ...whole, sender_sig: 'signed' }), 'sender_sig must be a blob'));
  test('must be of the content', refuse((whole) => ({ ...whole, content: { ...(whole.content as Fields), nonce: new Uint8Array(1) } }), 'Invalid signature'));
  test('must be of the sender', refuse((whole) => ({ ...whole, content: { ...(whole.content as Fields), sender: COUNTER.toUint8Array() } }), 'does not match the public key'));
  test('must not be there for the anonymous', refuse((whole) => ({ ...whole, content: { ...(whole.content as Fields), sender: Principal.anonymous().toUint8Array() } }), 'Signature is not allowed for the anonymous user'));

  test('of WebAuthn is not supported', refuse(ofKey(der('305e300c060a2b0601040183b8430101034e00', new Uint8Array(77))), 'A WebAuthn key is not supported by the local IC'));
  test('of a canister is not supported', refuse(ofKey(der('3020300c060a2b0601040183b8430102031000', new Uint8Array(15))), 'A canister signature is not supported by the local IC'));
  test('of RSA is not supported', refuse(ofKey(new Uint8Array(generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'der', type: 'spki' }))), 'A plain RSA key is not supported by the local IC'));
  test('of nonsense is refused', refuse(ofKey(new Uint8Array(40)), 'Invalid public key: not one of a known scheme'));
  test('of a point in compressed form is refused', refuse(ofKey(der('3039301306072a8648ce3d020106082a8648ce3d030107032200', Buffer.alloc(33, 2))), 'Invalid public key: not one of a known scheme'));
  test('of a point off the curve is refused', refuse(ofKey(der('3059301306072a8648ce3d020106082a8648ce3d03010703420004', Buffer.alloc(64, 1))), 'Invalid public key: not a point of ECDSA P-256'));

  test('of ECDSA must be right', async () => {
    me = await ECDSAKeyIdentity.generate();
    await refuse((whole) => ({ ...whole, sender_sig: flipped(whole.sender_sig) }), 'Invalid signature')();
    await refuse((whole) => ({ ...whole, sender_sig: new Uint8Array(64) }), 'Invalid signature')();
  });
});

describe('a chain of delegations', () => {
  /** Signs by the last key of a chain; the chain can be changed on its way. */
  async function chained(content: Fields, keys: readonly Ed25519KeyIdentity[], targets: (Principal[] | undefined)[] = []): Promise<Fields> {
    let previous: DelegationChain | undefined;
    for (let at = 0; at + 1 < keys.length; at += 1) {
      previous = await DelegationChain.create(keys[at], keys[at + 1].getPublicKey(), new Date(Date.now() + 60_000), { previous, targets: targets[at] });
    }
    if (previous === undefined) throw new Error('a chain needs two keys');
    return envelope(content, DelegationIdentity.fromDelegation(keys[keys.length - 1], previous));
  }
  const keys = (count: number) => Array.from({ length: count }, () => Ed25519KeyIdentity.generate());
  /** A delegation with fields that the official client cannot set. */
  async function delegatedWith(content: Fields, more: Fields): Promise<Fields> {
    const [first, second] = keys(2);
    const delegation = { pubkey: new Uint8Array(second.getPublicKey().toDer()), expiration: subnet.now() + minutes(1), ...more };
    const signature = await first.sign(Buffer.concat([Buffer.from('\x1Aic-request-auth-delegation'), idOf(delegation)]));
    const sent = { ...content, sender: first.getPrincipal().toUint8Array() };
    const sender_sig = await second.sign(Buffer.concat([Buffer.from('\x0Aic-request'), idOf(sent)]));
    return { content: sent, sender_pubkey: new Uint8Array(first.getPublicKey().toDer()), sender_sig, sender_delegation: [{ delegation, signature }] };
  }

  test('has at most 20', async () => {
    const some = keys(22);
    await refused(url('call', 3), await chained(call(subnet), some), 400, '21 delegations, of at most 20');
    expect((await post(server, url('call', 3), await chained(call(subnet), some.slice(1)))).status).toBe(200);
  });

  test('does not lead in a circle', async () => {
    const [a, b] = keys(2);
    await refused(url('call', 3), await chained(call(subnet), [a, b, a]), 400, 'a key appears twice in the chain');
    await refused(url('call', 3), await chained(call(subnet), [a, a]), 400, 'a key appears twice in the chain');
  });

  test('is signed link by link', async () => {
    const whole = await chained(call(subnet), keys(4));
    const [one, two, three] = whole.sender_delegation as Fields[];
    await refused(url('call', 3), { ...whole, sender_delegation: [one, three] }, 400, 'Invalid delegation: its signature');
    await refused(url('call', 3), { ...whole, sender_delegation: [two, three] }, 400, 'Invalid delegation: its signature');
    await refused(url('call', 3), { ...whole, sender_delegation: [one, two] }, 400, 'Invalid signature');
    await refused(url('call', 3), { ...whole, sender_delegation: [] }, 400, 'Invalid signature');
    expect((await post(server, url('call', 3), whole)).status).toBe(200);
  });

  test('is for the canisters that all its targets have in common', async () => {
    await refused(url('call', 3), await chained(call(subnet), keys(3), [[COUNTER], [EMPTY]]), 400, 'is not one of the delegation targets');
    await refused(url('query', 3), await chained(query(subnet), keys(3), [[COUNTER], [EMPTY]]), 400, 'is not one of the delegation targets');
    await refused(url('call', 3), await chained(call(subnet), keys(2), [[]]), 400, 'is not one of the delegation targets');
    expect((await post(server, url('call', 3), await chained(call(subnet), keys(3), [[COUNTER, EMPTY], undefined]))).status).toBe(200);
  });

  test('has at most 1,000 targets, which are principals', async () => {
    const targets = Array.from({ length: 1_001 }, () => COUNTER.toUint8Array());
    await refused(url('call', 3), await delegatedWith(call(subnet), { targets }), 400, '1001 targets, of at most 1000');
    await refused(url('call', 3), await delegatedWith(call(subnet), { targets: ['x'] }), 400, 'each of the targets must be a principal');
    expect((await post(server, url('call', 3), await delegatedWith(call(subnet), { targets: targets.slice(1) }))).status).toBe(200);
  });

  test('can be for reading only', async () => {
    const queries = { permissions: 'queries' };
    await refused(url('call', 3), await delegatedWith(call(subnet), queries), 400, 'its permissions are "queries", but this is a call');
    await refused(url('query', 3), await delegatedWith(query(subnet), { permissions: 'none' }), 400, 'its permissions are "none"');
    expect((await post(server, url('query', 3), await delegatedWith(query(subnet), queries))).status).toBe(200);
    expect((await post(server, url('read_state', 3), await delegatedWith(readState(subnet, [['time']]), queries))).status).toBe(200);
    expect((await post(server, url('call', 3), await delegatedWith(call(subnet), { permissions: 'all' }))).status).toBe(200);
  });

  test('is refused when it is something else', async () => {
    const whole = await chained(call(subnet), keys(2));
    await refused(url('call', 3), { ...whole, sender_delegation: 'none' }, 400, 'sender_delegation must be an array');
    await refused(url('call', 3), { ...whole, sender_delegation: [7] }, 400, 'a delegation must be a map');
    await refused(url('call', 3), { ...whole, sender_delegation: [{ delegation: {}, signature: new Uint8Array() }] }, 400, 'pubkey must be a blob');
    await refused(url('call', 3), { ...await anonymous(call(subnet)), sender_delegation: whole.sender_delegation }, 400, 'Signature is not allowed for the anonymous user');
  });
});
