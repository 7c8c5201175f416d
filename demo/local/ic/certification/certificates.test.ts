import { CanisterStatus, Cbor, type Cert, Certificate, lookup_path } from '@dfinity/agent';
import { Principal } from '@dfinity/principal';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeCbor, encodeCbor } from '../cbor.js';
import { dataCertificate, readStateCertificate } from './certificates.js';
import { labelBytes, type Path } from './hash-tree.js';
import { leb128 } from './leb128.js';
import type { SubnetState } from './subnet-state.js';
import { ALL_CANISTERS } from './topology.js';
import { Trust } from './trust.js';

const trust = Trust.create('certificates', 2);
const CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
const OTHER = Principal.fromText('u6s2n-gx777-77774-qaaba-cai');
const REQUEST = new Uint8Array(32).fill(1);
const UNKNOWN_REQUEST = new Uint8Array(32).fill(2);
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const REPLY = new Uint8Array(32).fill(42);
const SECRET = labelBytes('not for everyone');

const state: SubnetState = {
  time: BigInt(NOW) * 1_000_000n,
  canisters: [CANISTER, OTHER].map((id, index) => ({
    id,
    certifiedData: Uint8Array.of(index, 1, 2),
    controllers: [],
    createdAt: 0n,
    module: { hash: new Uint8Array(32), installedAt: 0n, metadata: [{ name: 'secret', isPublic: false, content: SECRET }] },
  })),
  requests: [{ id: REQUEST, result: { status: 'replied', reply: REPLY } }],
};

const path = (...labels: (string | Uint8Array)[]): Path => labels.map((label) => (typeof label === 'string' ? labelBytes(label) : label));
const STATUS = path('request_status', REQUEST);

/** As an agent that knows the root key and believes nothing else. */
function verify(certificate: Uint8Array, { canister = CANISTER, rootKey = trust.rootKey, ageMinutes = undefined as number | undefined } = {}): Promise<Certificate> {
  return Certificate.create({ certificate, canisterId: canister, rootKey, maxAgeInMinutes: ageMinutes });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the agent accepts', () => {
  test('what became of a request', async () => {
    const certificate = await verify(readStateCertificate(trust, state, [STATUS], 'flat'));
    expect(certificate.lookup_path([...STATUS, 'status'])).toEqual({ status: 'Found', value: labelBytes('replied') });
    expect(certificate.lookup_path([...STATUS, 'reply'])).toEqual({ status: 'Found', value: REPLY });
    expect(certificate.lookup_path([...STATUS, 'reject_code'])).toEqual({ status: 'Absent' });
  });

  test('that there is no such request', async () => {
    const certificate = await verify(readStateCertificate(trust, state, [path('request_status', UNKNOWN_REQUEST)], 'flat'));
    expect(certificate.lookup_path(['request_status', UNKNOWN_REQUEST, 'status'])).toEqual({ status: 'Absent' });
  });

  test("a canister's certified data", async () => {
    const certificate = await verify(dataCertificate(trust, state, OTHER, 'flat'), { canister: OTHER });
    expect(certificate.lookup_path(['canister', OTHER.toUint8Array(), 'certified_data'])).toEqual({ status: 'Found', value: Uint8Array.of(1, 1, 2) });
  });

  test("the nodes' keys", () => {
    const certificate = readStateCertificate(trust, state, [path('subnet')], 'flat');
    const { subnetId, nodeKeys } = CanisterStatus.fetchNodeKeys(certificate, CANISTER, trust.rootKey);
    expect(subnetId).toBe(trust.subnet.toText());
    expect(Object.fromEntries(nodeKeys)).toEqual(Object.fromEntries(trust.nodes.map((node) => [node.id.toText(), node.publicKey])));
  });

  test('a delegation at any time of the day, and years later', async () => {
    for (const now of [Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 2, 23, 59, 59), Date.UTC(2029, 5, 6, 7), Date.UTC(2026, 0, 2, 12)]) {
      vi.setSystemTime(now);
      await verify(readStateCertificate(trust, { ...state, time: BigInt(now) * 1_000_000n }, [], 'flat'));
    }
  });
});

describe('the agent refuses', () => {
  const certificate = () => readStateCertificate(trust, state, [STATUS], 'flat');
  const ownKey = trust.topology.find(({ id }) => id.compareTo(trust.subnet) === 'eq')?.publicKey ?? new Uint8Array();

  test.each([
    ['the reply', () => REPLY],
    ['the time', () => leb128(state.time)],
    ['the signature', () => Cbor.decode<Cert>(certificate()).signature],
    ["the delegation's subnet", () => trust.subnet.toUint8Array()],
    ["the subnet's key in the delegation", () => ownKey],
    ["the subnet's canister ranges in the delegation", () => ALL_CANISTERS[1]],
  ])('a certificate after a change of %s', async (_, part) => {
    const changed = Buffer.from(certificate());
    const last = changed.indexOf(part()) + part().length - 1;
    expect(last).toBeGreaterThanOrEqual(part().length);
    changed[last] = (changed[last] ?? 0) ^ 1;
    await expect(verify(Uint8Array.from(changed))).rejects.toThrow();
  });

  test('one whose delegation was left out, or is by another root subnet', async () => {
    const { delegation, ...rest } = Cbor.decode<Cert>(certificate());
    await verify(encodeCbor({ ...rest, delegation }));
    await expect(verify(encodeCbor(rest))).rejects.toThrow('Invalid signature');
    const other = Cbor.decode<Cert>(readStateCertificate(Trust.create('another'), state, [], 'flat')).delegation;
    await expect(verify(encodeCbor({ ...rest, delegation: other }))).rejects.toThrow('Invalid signature');
  });

  test('one of another local IC', async () => {
    await expect(verify(certificate(), { rootKey: Trust.create('another').rootKey })).rejects.toThrow('Invalid signature');
  });

  test('one for what is no canister of the subnet', async () => {
    await expect(verify(certificate(), { canister: Principal.managementCanister() })).rejects.toThrow('The certificate contains a delegation that does not include the canister aaaaa-aa');
  });

  test('one of six minutes ago, or of six minutes ahead', async () => {
    vi.setSystemTime(NOW + 6 * 60_000);
    await expect(verify(certificate())).rejects.toThrow('Certificate is signed more than 5 minutes in the past');
    vi.setSystemTime(NOW - 6 * 60_000);
    await expect(verify(certificate())).rejects.toThrow('Certificate is signed more than 5 minutes in the future');
  });

  test('the other formats of delegation, of which it does not know', async () => {
    for (const format of ['sharded', 'none'] as const) await expect(verify(readStateCertificate(trust, state, [STATUS], format))).rejects.toThrow('Could not find canister ranges');
  });
});

const holds = (certificate: Uint8Array, part: Uint8Array) => Buffer.from(certificate).includes(Buffer.from(part));

/** The values that a certificate shows at these paths, or what else the agent finds there. */
function shown(certificate: Uint8Array, ...paths: Path[]): (Uint8Array | string)[] {
  const { tree } = Cbor.decode<Cert>(certificate);
  return paths.map((path) => {
    const result = lookup_path([...path], tree);
    return 'value' in result ? result.value : result.status;
  });
}

describe('a certificate shows', () => {
  const own = trust.subnet.toUint8Array();
  const root = trust.rootSubnet.toUint8Array();

  test('the time, unasked', () => {
    const time = leb128(state.time);
    for (const certificate of [dataCertificate(trust, state, CANISTER, 'flat'), readStateCertificate(trust, state, [], 'none')]) expect(shown(certificate, path('time'))).toEqual([time]);
  });

  test('nothing else that was not asked for', () => {
    for (const certificate of [dataCertificate(trust, state, CANISTER, 'flat'), readStateCertificate(trust, state, [STATUS, path('canister', CANISTER.toUint8Array(), 'module_hash')], 'flat')]) {
      expect(holds(certificate, SECRET)).toBe(false);
      expect(holds(certificate, OTHER.toUint8Array())).toBe(false);
    }
    expect(holds(dataCertificate(trust, state, CANISTER, 'flat'), REPLY)).toBe(false);
  });

  test.each(['flat', 'sharded', 'none'] as const)("the other subnets' canister ranges below /subnet only if flat: %s", (format) => {
    const places = [path('subnet', own, 'public_key'), path('subnet', own, 'canister_ranges'), path('subnet', root, 'canister_ranges')];
    for (const asked of [[path('subnet')], places]) {
      const [key, ownRanges, rootRanges] = shown(readStateCertificate(trust, state, asked, format), ...places);
      expect(key).toBeInstanceOf(Uint8Array);
      expect(rootRanges).toBeInstanceOf(Uint8Array);
      if (format === 'flat') expect(ownRanges).toBeInstanceOf(Uint8Array);
      else expect(ownRanges).toBe('Unknown');
    }
  });

  test.each([
    ['flat', true, false],
    ['sharded', false, true],
    ['none', false, false],
  ] as const)('a delegation with the canister ranges in their place: %s', async (format, flat, sharded) => {
    const { delegation } = Cbor.decode<Cert>(readStateCertificate(trust, state, [], format));
    expect(delegation?.subnet_id).toEqual(own);
    const certificate = delegation?.certificate ?? new Uint8Array();
    await rootCertificate(certificate);
    const [ranges, shard, key, type] = shown(certificate, path('subnet', own, 'canister_ranges'), path('canister_ranges', own, ALL_CANISTERS[0]), path('subnet', own, 'public_key'), path('subnet', own, 'type'));
    expect(ranges instanceof Uint8Array).toBe(flat);
    expect(shard instanceof Uint8Array).toBe(sharded);
    for (const blob of [ranges, shard]) if (blob instanceof Uint8Array) expect(decodeCbor(blob)).toEqual([ALL_CANISTERS]);
    expect(key).toHaveLength(133);
    expect(type).toEqual(labelBytes('application'));
    for (const node of trust.nodes) expect(holds(certificate, node.publicKey)).toBe(false);
  });
});

/** A certificate of the root subnet has no delegation, so that the agent accepts it for any canister. */
function rootCertificate(certificate: Uint8Array): Promise<Certificate> {
  return verify(certificate, { ageMinutes: 24 * 60 });
}
