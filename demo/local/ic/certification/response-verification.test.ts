import { Principal } from '@dfinity/principal';
import { type Request, type Response, verifyRequestResponsePair } from '@dfinity/response-verification';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodeCbor } from '../cbor.js';
import { dataCertificate } from './certificates.js';
import { branch, leaf, rootHash } from './hash-tree.js';
import { type DelegationFormat, Trust } from './trust.js';

/** A response that its canister certifies to need no certification (HTTP gateway protocol, "Response verification"). */
const EXPRESSION = 'default_certification(ValidationArgs{no_certification:Empty{}})';
const TREE = branch([['http_expr', branch([['<*>', branch([[createHash('sha256').update(EXPRESSION).digest(), leaf(new Uint8Array())]])]])]]);
const CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
const NOW = 1_767_323_045_000_000_000n;
const MINUTE = 60_000_000_000n;

const trust = Trust.create('response verification');

function verify(format: DelegationFormat, { canister = CANISTER, now = NOW, rootKey = trust.rootKey } = {}) {
  const canisters = [{ id: CANISTER, certifiedData: rootHash(TREE), controllers: [], createdAt: 0n }];
  const certificate = dataCertificate(trust, { time: NOW, canisters, requests: [] }, CANISTER, format);
  const base64 = (bytes: Uint8Array) => `:${Buffer.from(bytes).toString('base64')}:`;
  const header = `certificate=${base64(certificate)}, tree=${base64(encodeCbor(TREE))}, version=2, expr_path=${base64(encodeCbor(['http_expr', '<*>']))}`;
  const request: Request = { method: 'GET', url: '/', headers: [], body: new Uint8Array(), certificate_version: [2] };
  const response: Response = { status_code: 200, headers: [['IC-Certificate', header], ['IC-CertificateExpression', EXPRESSION]], body: new Uint8Array() };
  return verifyRequestResponsePair(request, response, canister.toUint8Array(), now, 5n * MINUTE, rootKey, 2);
}

test("the gateways' verification accepts a canister's certificate", () => {
  expect(verify('flat').verificationVersion).toBe(2);
});

test.each([
  ['for a canister of no subnet', 'flat', { canister: Principal.anonymous() }],
  ['that is too old', 'flat', { now: NOW + 6n * MINUTE }],
  ['that is from the future', 'flat', { now: NOW - 6n * MINUTE }],
  ['of another local IC', 'flat', { rootKey: Trust.create('another').rootKey }],
  ['whose delegation shows the canister ranges at the new place, which this version does not know', 'sharded', {}],
] as const)('it refuses one %s', (_, format, options) => {
  expect(() => verify(format, options)).toThrow('Certificate verification failed');
});

test('it refuses one for another canister of the subnet', () => {
  expect(() => verify('flat', { canister: Principal.fromText('u6s2n-gx777-77774-qaaba-cai') })).toThrow('is missing the certified data witness');
});
