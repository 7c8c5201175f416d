import { Principal } from '@dfinity/principal';
import { expect, test } from 'vitest';
import { RejectCode } from '../reject.js';
import { type HashTree, Kind, labelBytes } from './hash-tree.js';
import { stateTree } from './state-tree.js';
import type { SubnetState } from './subnet-state.js';
import { Trust } from './trust.js';

const trust = Trust.create('the state tree', 3);
const FULL = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
const EMPTY = Principal.fromText('u6s2n-gx777-77774-qaaba-cai');
const CONTROLLERS = [Principal.anonymous(), trust.subnet];
const id = (byte: number) => new Uint8Array(32).fill(byte);

const state: SubnetState = {
  time: 1_700_000_000_000_000_000n,
  canisters: [
    {
      id: FULL,
      certifiedData: Uint8Array.of(1, 2),
      controllers: CONTROLLERS,
      createdAt: 300n,
      module: {
        hash: id(9),
        installedAt: 400n,
        metadata: [
          { name: 'candid:service', isPublic: true, content: labelBytes('service : {}') },
          { name: 'é', isPublic: false, content: Uint8Array.of(7) },
        ],
      },
    },
    { id: EMPTY, certifiedData: new Uint8Array(), controllers: [], createdAt: 128n },
  ],
  requests: [
    { id: id(1), result: { status: 'received' } },
    { id: id(2), result: { status: 'processing' } },
    { id: id(3), result: { status: 'done' } },
    { id: id(4), result: { status: 'replied', reply: Uint8Array.of(5) } },
    { id: id(5), result: { status: 'rejected', code: RejectCode.CanisterReject, message: 'no: é' } },
  ],
};

/** All values by their paths; labels that are ids are in hexadecimal. */
function values(tree: HashTree, prefix = ''): Record<string, Uint8Array | 'Empty'> {
  switch (tree[0]) {
    case Kind.empty:
      return { [prefix]: 'Empty' };
    case Kind.leaf:
      return { [prefix]: tree[1] };
    case Kind.fork:
      return { ...values(tree[1], prefix), ...values(tree[2], prefix) };
    case Kind.labelled: {
      const name = Buffer.from(tree[1]).toString();
      return values(tree[2], `${prefix}/${/^[a-zé_:]+$/.test(name) ? name : hex(tree[1])}`);
    }
    case Kind.pruned:
      throw new Error('nothing is pruned');
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const blob = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const path = (principal: Principal) => hex(principal.toUint8Array());
/** In CBOR, with the self-describing tag. */
const RANGES = blob('d9d9f78182 4a 00000000000000000101 4a ffffffffffffffff0101'.replaceAll(' ', ''));

test('holds what the specification says, in its encoding, and nothing else', () => {
  const full = `/canister/${path(FULL)}`;
  const empty = `/canister/${path(EMPTY)}`;
  const request = (byte: number) => `/request_status/${hex(id(byte))}`;
  const root = `/subnet/${path(trust.rootSubnet)}`;
  const own = `/subnet/${path(trust.subnet)}`;
  const [rootInfo, ownInfo] = trust.topology;
  expect(values(stateTree(trust, state))).toEqual({
    '/time': blob('8080a8b1e39fe7cb17'),
    [`${full}/certified_data`]: Uint8Array.of(1, 2),
    [`${full}/controllers`]: blob(`d9d9f782 4104 581d${path(trust.subnet)}`.replaceAll(' ', '')),
    [`${full}/canister_creation_timestamp`]: blob('ac02'),
    [`${full}/module_hash`]: id(9),
    [`${full}/last_install_timestamp`]: blob('9003'),
    [`${full}/metadata/candid:service`]: labelBytes('service : {}'),
    [`${full}/metadata/é`]: Uint8Array.of(7),
    [`${empty}/certified_data`]: new Uint8Array(),
    [`${empty}/controllers`]: blob('d9d9f780'),
    [`${empty}/canister_creation_timestamp`]: blob('8001'),
    [`${request(1)}/status`]: labelBytes('received'),
    [`${request(2)}/status`]: labelBytes('processing'),
    [`${request(3)}/status`]: labelBytes('done'),
    [`${request(4)}/status`]: labelBytes('replied'),
    [`${request(4)}/reply`]: Uint8Array.of(5),
    [`${request(5)}/status`]: labelBytes('rejected'),
    [`${request(5)}/reject_code`]: Uint8Array.of(4),
    [`${request(5)}/reject_message`]: labelBytes('no: é'),
    [`${root}/public_key`]: rootInfo?.publicKey,
    [`${root}/type`]: labelBytes('system'),
    [`${root}/canister_ranges`]: blob('d9d9f780'),
    [`${own}/public_key`]: ownInfo?.publicKey,
    [`${own}/type`]: labelBytes('application'),
    [`${own}/canister_ranges`]: RANGES,
    ...Object.fromEntries(trust.nodes.map((node) => [`${own}/node/${path(node.id)}/public_key`, node.publicKey])),
    [`/canister_ranges/${path(trust.rootSubnet)}`]: 'Empty',
    [`/canister_ranges/${path(trust.subnet)}/00000000000000000101`]: RANGES,
  });
});

test('a subnet without canisters and requests says that there are none', () => {
  expect(values(stateTree(trust, { time: 1n, canisters: [], requests: [] }))).toMatchObject({ '/canister': 'Empty', '/request_status': 'Empty' });
});
