import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeCbor } from '../cbor.js';
import { branch, leaf, rootHash } from '../certification/hash-tree.js';
import { Trust } from '../certification/trust.js';
import type { Answer } from './answer.js';
import { askCanister } from './ask-canister.js';
import type { CanisterHttpRequest } from './candid.js';
import { answer, base64, type CanisterAnswer, certificateHeaders, type Certified, certify, FakeIc, type Issuer } from './testing.js';

const RESPONSE_ONLY = 'default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:["content-type"]}}}})';
const FULL = 'default_certification(ValidationArgs{certification:Certification{request_certification:RequestCertification{certified_request_headers:["accept"],certified_query_parameters:["q"]},response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:["content-type"]}}}})';
const SKIP = 'default_certification(ValidationArgs{no_certification:Empty{}})';

const BODY = Buffer.from('the certified body');
const PAGE: Certified = { path: ['page', '<$>'], expression: RESPONSE_ONLY, response: { headers: { 'content-type': 'text/plain' }, body: BODY } };
const FULL_PAGE: Certified = { ...PAGE, expression: FULL, request: { method: 'GET', headers: { accept: 'text/plain' } } };

let ic: FakeIc;
let issuer: Issuer;
beforeEach(() => {
  ic = new FakeIc();
  issuer = { trust: ic.trust, canister: ic.canister, time: ic.time };
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Has the canister give this answer to a query, for `/page` unless the request says otherwise. */
function ask(given: CanisterAnswer, request: Partial<CanisterHttpRequest> = {}, raw = false): Promise<Answer> {
  ic.http_request = () => answer(given);
  return askCanister(ic, { canister: ic.canister, raw }, { method: 'GET', url: '/page', headers: [['accept', 'text/plain']], body: new Uint8Array(), ...request });
}

/** The answer that `PAGE` certifies, and a header that it does not. */
const page = (headers: [string, string][] = certificateHeaders(PAGE, issuer)): Required<Pick<CanisterAnswer, 'headers' | 'body' | 'status'>> => ({ status: 200, body: BODY, headers: [['Content-Type', 'text/plain'], ['x-uncertified', 'whatever'], ...headers] });

const refusal = (reason: string) => ({ name: 'GatewayError', status: 503, message: expect.stringContaining(reason) as string });

describe('version 2', () => {
  test('what is certified passes, and no header that is not', async () => {
    const given = page();
    const { status, headers, body } = await ask(given);
    expect(status).toBe(200);
    expect(Buffer.from(body)).toEqual(BODY);
    const certified = given.headers.filter(([name]) => name !== 'x-uncertified').map(([name, value]) => [name.toLowerCase(), value]);
    expect(headers.map(([name, value]) => [name.toLowerCase(), value]).sort()).toEqual(certified.sort());
  });

  test('a status and a whole path of wildcards can be certified', async () => {
    const notFound: Certified = { path: ['<*>'], expression: RESPONSE_ONLY, response: { status: 404, headers: { 'content-type': 'text/plain' }, body: BODY } };
    const given = page(certificateHeaders(notFound, issuer));
    expect(await ask({ ...given, status: 404 }, { url: '/no/such/page?at=all' })).toMatchObject({ status: 404 });
    await expect(ask({ ...given, status: 200 }, { url: '/no/such/page' })).rejects.toMatchObject(refusal('Response verification error'));
  });

  test('the request can be certified, too', async () => {
    const given = page(certificateHeaders(FULL_PAGE, issuer));
    expect(await ask(given, { url: '/page?uncertified' })).toMatchObject({ status: 200 });
    const withQuery = page(certificateHeaders({ ...FULL_PAGE, request: { ...FULL_PAGE.request!, query: 'q=1' } }, issuer));
    expect(await ask(withQuery, { url: '/page?a=b&q=1' })).toMatchObject({ status: 200 });
    for (const other of [{ method: 'POST' }, { body: BODY }, { headers: [['accept', '*/*']] as const }, { url: '/page?q=2' }]) {
      await expect(ask(given, other), JSON.stringify(other)).rejects.toMatchObject(refusal('Response verification error'));
    }
  });

  test('what is certified as uncertified passes as it is', async () => {
    const skip = certificateHeaders({ path: ['<*>'], expression: SKIP }, issuer);
    const given = { status: 203, headers: [['x-anything', 'goes'], ...skip] as [string, string][], body: Buffer.from('anything') };
    expect(await ask(given)).toMatchObject({ status: 203, headers: given.headers });
    // That nothing is certified has to be certified itself.
    const elsewhere = certificateHeaders({ path: ['page', '<$>'], expression: SKIP }, issuer);
    await expect(ask({ ...given, headers: elsewhere }, { url: '/other' })).rejects.toMatchObject(refusal('Response verification error'));
  });
});

describe('what is refused', () => {
  const tampered: [string, () => [CanisterAnswer, Partial<CanisterHttpRequest>?]][] = [
    ['another body', () => [{ ...page(), body: Buffer.from('the certified bodY') }]],
    ['another status', () => [{ ...page(), status: 201 }]],
    ['another value of a certified header', () => [{ ...page(), headers: [['content-type', 'text/html'], ...certificateHeaders(PAGE, issuer)] }]],
    ['a certified header left out', () => [{ ...page(), headers: certificateHeaders(PAGE, issuer) }]],
    ['a certified header twice', () => [{ ...page(), headers: [['content-type', 'text/plain'], ...page().headers] }]],
    ['another path', () => [page(), { url: '/other' }]],
    ['a path below', () => [page(), { url: '/page/below' }]],
    ['the certificate of another canister', () => [page(certificateHeaders(PAGE, { ...issuer, canister: Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai') }))]],
    ['the certificate of another root key', () => [page(certificateHeaders(PAGE, { ...issuer, trust: Trust.create('a stranger') }))]],
    ['a certificate more than 5 minutes old', () => [page(certificateHeaders(PAGE, { ...issuer, time: ic.time - 301_000_000_000n }))]],
    ['a certificate more than 5 minutes ahead', () => [page(certificateHeaders(PAGE, { ...issuer, time: ic.time + 301_000_000_000n }))]],
    ['a tree that is not the certified one', () => [page(certificateHeaders(PAGE, issuer, branch([['http_expr', leaf(BODY)]])))]],
    ['an expression that is not the certified one', () => [page([certificateHeaders(PAGE, issuer)[0], ['IC-CertificateExpression', SKIP]])]],
    ['no expression', () => [page([certificateHeaders(PAGE, issuer)[0]])]],
    ['an expression that is none', () => [page(certificateHeaders({ ...PAGE, expression: 'default_certification(' }, issuer))]],
    ['no certificate', () => [page([certificateHeaders(PAGE, issuer)[1]])]],
    ['neither', () => [page([])]],
    ['an expression path that is not in the tree', () => [replaced(/expr_path=:.*:/, `expr_path=:${base64(encodeCbor(['http_expr', 'page', '<*>']))}:`)]],
    ['an expression path with another beginning', () => [replaced(/expr_path=:.*:/, `expr_path=:${base64(encodeCbor(['http_assets', 'page', '<$>']))}:`)]],
    ['an expression path without an end', () => [replaced(/expr_path=:.*:/, `expr_path=:${base64(encodeCbor(['http_expr', 'page']))}:`)]],
    ['no expression path', () => [replaced(/, expr_path=:.*:/, '')]],
    ['a version to come', () => [replaced('version=2', 'version=3')]],
    ['version 1, which the tree is not made for', () => [replaced('version=2', 'version=1')]],
    ['no base64', () => [replaced('certificate=:', 'certificate=:%%%')]],
    ['no CBOR', () => [replaced(/certificate=:[^:]*:/, `certificate=:${base64(BODY)}:`)]],
    ['CBOR that is no certificate', () => [replaced(/certificate=:[^:]*:/, `certificate=:${base64(encodeCbor(['no', 'certificate']))}:`)]],
    ['a tree that is no CBOR', () => [replaced(/tree=:[^:]*:/, `tree=:${base64(BODY)}:`)]],
    ['a header that is nothing of the kind', () => [page([['IC-Certificate', 'nonsense'], ['IC-CertificateExpression', RESPONSE_ONLY]])]],
    ['an empty header', () => [page([['IC-Certificate', ''], ['IC-CertificateExpression', '']])]],
  ];
  function replaced(what: string | RegExp, by: string): CanisterAnswer {
    const [[name, value], expression] = certificateHeaders(PAGE, issuer);
    expect(value).toMatch(what);
    return page([[name, value.replace(what, by)], expression]);
  }

  test.each(tampered)('%s', async (_what, tamper) => {
    expect(await ask(page())).toMatchObject({ status: 200 }); // nothing else is wrong with it
    const refused = await ask(...tamper()).then(() => undefined, (error: unknown) => error as Error);
    expect(refused).toMatchObject(refusal('Response verification error'));
    expect(refused?.message).toContain('upgrade = opt true');
    expect(refused?.message).toContain(`${ic.canister.toText()}.raw.localhost`);
    expect(refused?.message.toLowerCase()).not.toContain('certified body');
  });

  test.each(tampered)('but not on the raw host: %s', async (_what, tamper) => {
    const [given, request] = tamper();
    expect(await ask(given, request, true)).toMatchObject({ status: given.status, headers: given.headers });
  });

  test('a certificate holds for 5 minutes', async () => {
    const given = page();
    ic.advance(299);
    expect(await ask(given)).toMatchObject({ status: 200 });
    ic.advance(2);
    await expect(ask(given)).rejects.toMatchObject(refusal('Response verification error'));
  });

  test('nothing of it, when the answer is that of an update call', async () => {
    const given = { status: 201, headers: [['x-from', 'update']] as [string, string][], body: Buffer.from('updated') };
    ic.http_request_update = () => answer(given);
    expect(await ask({ upgrade: true, body: Buffer.from('ignored') })).toMatchObject({ status: 201, headers: given.headers });
  });
});

describe('version 1', () => {
  /** Certifies the body of `/page`, and no more. */
  const legacy = (body = BODY): [string, string][] => {
    const tree = branch([['http_assets', branch([['/page', leaf(new Uint8Array(hashed(body)))]])]]);
    return [['IC-Certificate', `certificate=:${base64(certify(rootHash(tree), issuer))}:, tree=:${base64(encodeCbor(tree))}:`]];
  };

  test('passes, as on the IC, but for what is known to be dangerous', async () => {
    const headers: [string, string][] = [['Content-Type', 'text/plain'], ['Cache-Control', 'max-age=99999'], ...legacy()];
    expect((await ask({ body: BODY, headers })).headers.map(([name]) => name)).toEqual(['Content-Type', 'IC-Certificate']);
    await expect(ask({ body: BODY, headers, status: 302 })).rejects.toMatchObject(refusal('does not allow redirects'));
    await expect(ask({ body: Buffer.from('another'), headers })).rejects.toMatchObject(refusal('Response verification error'));
  });
});

describe('what the verifier does not foresee', () => {
  test('never reaches it: a status or a header that HTTP does not know', async () => {
    const unheard: CanisterAnswer[] = [{ status: 42 }, { status: 1000 }, { status: 65_535 }, { headers: [['a b', 'c']] }, { headers: [['a', 'b\u0000']] }];
    for (const wrong of unheard) await expect(ask({ ...page(), ...wrong })).rejects.toMatchObject(refusal('not valid HTTP'));
  });

  test('random certificates, expressions and requests are no trouble', async () => {
    vi.spyOn(console, 'error').mockReturnValue(); // the verifier's panics
    const [[, genuine]] = certificateHeaders(PAGE, issuer);
    const text = fc.oneof(fc.string(), fc.base64String());
    const cbor = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.jsonValue().map((value) => encodeCbor(value)));
    const certificate = fc.oneof(
      text,
      fc.tuple(cbor, cbor, fc.nat(4), cbor).map(([bytes, tree, version, path]) => `certificate=:${base64(bytes)}:, tree=:${base64(tree)}:, version=${version}, expr_path=:${base64(path)}:`),
      fc.tuple(fc.nat(genuine.length), fc.nat(20), text).map(([from, length, by]) => genuine.slice(0, from) + by + genuine.slice(from + length)),
    );
    const expression = fc.oneof(text, fc.constantFrom(RESPONSE_ONLY, FULL, SKIP), text.map((inner) => RESPONSE_ONLY.replace('content-type', inner)), text.map((inner) => `default_certification(ValidationArgs{${inner}})`));
    const url = fc.oneof(fc.constant('/page'), text.map((path) => `/${path}`));
    await fc.assert(fc.asyncProperty(certificate, expression, url, fc.constantFrom('GET', 'M-SEARCH', 'OPTIONS'), async (value, cel, to, method) => {
      const outcome = await ask(page([['IC-Certificate', value], ['IC-CertificateExpression', cel]]), { url: to, method }).then(() => 'passes', (error: unknown) => error as Error);
      if (outcome !== 'passes') expect(outcome).toMatchObject({ name: 'GatewayError', status: 503 });
    }), { numRuns: 200 });
    expect(await ask(page())).toMatchObject({ status: 200 });
  });

  test('a verifier that has trapped is replaced, for it would fail for good in the end', async () => {
    const { cache, resolve } = createRequire(import.meta.url);
    const loaded = () => cache[resolve('@dfinity/response-verification')];
    const said = vi.spyOn(console, 'error').mockReturnValue();
    const endless = page([['IC-Certificate', `certificate=:${base64(Uint8Array.of(0xba, 0x02, 0, 0, 0))}:, tree=::`]]); // a map of 2^25 entries
    const first = loaded();
    await expect(ask(endless)).rejects.toMatchObject(refusal('the verifier failed on it'));
    expect(said).toHaveBeenCalledWith(expect.stringContaining('panicked'));
    const second = loaded();
    expect(second).not.toBe(first);
    await expect(ask(page([]))).rejects.toMatchObject(refusal('Response verification error'));
    expect(await ask(page())).toMatchObject({ status: 200 });
    expect(loaded()).toBe(second);
  });
});

function hashed(body: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(body).digest());
}
