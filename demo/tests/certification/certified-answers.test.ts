import { Principal } from '@dfinity/principal';
import { verifyRequestResponsePair } from '@dfinity/response-verification';
import { beforeEach, describe, expect, it } from 'vitest';
import { Trust } from '../../local/ic/certification/trust.js';
import { base64, certify, type Issuer } from '../../local/ic/gateway/testing.js';
import { encodeCbor } from '../../local/ic/cbor.js';
import { JSON_HEADERS } from '../../../canister/http/responses.js';
import { CertifiedAnswers, MOST_ANSWERS } from '../../../canister/certification/certified-answers.js';

const MINUTE = 60_000_000_000n;
const ISSUER: Issuer = { trust: Trust.create('certified answers'), canister: Principal.fromText('uxrrr-q7777-77774-qaaaq-cai'), time: 1_800_000_000_000_000_000n };

const ID = 'cs_test_a1b2c3';
const OTHER = 'cs_test_a1b2c4';
const BODY = '{"status":"paid","payment":{"id":"cs_test_a1b2c3"}}';
const REFUNDED = BODY.replace('"paid"', '"refunded"');

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

interface Response {
  status: number;
  body: string;
  headers: [string, string][];
}
interface Judged {
  path?: string;
  method?: string;
  requestHeaders?: [string, string][];
  requestBody?: string;
  now?: bigint;
  canister?: Principal;
  rootKey?: Uint8Array;
}

let answers: CertifiedAnswers;
let root: Uint8Array;
beforeEach(() => {
  answers = new CertifiedAnswers(JSON_HEADERS, bytes);
  answers.set(ID, bytes(BODY));
  answers.set(OTHER, bytes(BODY.replace(ID, OTHER)));
  answers.set('cs_test_a1b2c', bytes('{"status":"expired"}')); // the beginning of both
  root = answers.takeRoot()!;
});

/** The value of `IC-Certificate`, by a certificate that the canister would get. */
const header = (id = ID, issuer = ISSUER, certified = root) => text(answers.certificateHeader(id, certify(certified, issuer))!);

/** A response as the canister gives it. */
function response(certificate = header(), body = BODY): Response {
  return { status: 200, body, headers: [...JSON_HEADERS.map(([name, value]): [string, string] => [name, value]), ['IC-CertificateExpression', answers.expression], ['IC-Certificate', certificate]] };
}

/** What the verifier of DFINITY's gateways lets through of a response; throws where that is nothing. */
function judge(given: Response, { path = `/checkout/${ID}`, method = 'GET', requestHeaders = [], requestBody = '', now = ISSUER.time, canister = ISSUER.canister, rootKey = ISSUER.trust.rootKey }: Judged = {}) {
  const request = { method, url: path, headers: requestHeaders, body: bytes(requestBody), certificate_version: [2] as [number] };
  return verifyRequestResponsePair(request, { status_code: given.status, headers: given.headers, body: bytes(given.body) }, canister.toUint8Array(), now, 5n * MINUTE, rootKey, 2);
}

/** A response with one header's value changed, or the header left out. */
const withHeader = (name: string, value?: string): Response => {
  const given = response();
  const headers = given.headers.flatMap(([other, before]): [string, string][] => (other !== name ? [[other, before]] : value === undefined ? [] : [[other, value]]));
  return { ...given, headers };
};
const replaced = (what: string | RegExp, by: string) => {
  expect(header()).toMatch(what);
  return response(header().replace(what, by));
};
const field = (name: string, of = header()) => new RegExp(`${name}=:([^:]*):`).exec(of)![1];
const path = (...labels: string[]) => `expr_path=:${base64(encodeCbor(['http_expr', ...labels]))}:`;

describe('a certified answer', () => {
  it('passes, whole', () => {
    for (const [id, body] of [[ID, BODY], [OTHER, BODY.replace(ID, OTHER)], ['cs_test_a1b2c', '{"status":"expired"}']]) {
      const { verificationVersion, response: passed } = judge(response(header(id), body), { path: `/checkout/${id}` });
      expect(verificationVersion).toBe(2);
      expect(text(passed!.body)).toBe(body);
      expect(passed!.headers).toEqual(expect.arrayContaining(JSON_HEADERS.map(([name, value]) => [name, value])));
    }
  });

  it('is the first, the last and the only one', () => {
    for (const ids of [[ID], [ID, OTHER]]) {
      const few = new CertifiedAnswers(JSON_HEADERS, bytes);
      for (const id of ids) few.set(id, bytes(BODY));
      const certificate = certify(few.takeRoot()!, ISSUER);
      for (const id of ids) judge(response(text(few.certificateHeader(id, certificate)!)), { path: `/checkout/${id}` });
    }
  });

  it('is that for ids of every length that there may be', () => {
    for (const length of [1, 14, 15, 16, 58, 240]) {
      const id = `cs_live_${'x'.repeat(length)}`;
      answers.set(id, bytes(BODY));
      const certificate = header(id, ISSUER, answers.takeRoot());
      expect(judge(response(certificate), { path: `/checkout/${id}` }).verificationVersion).toBe(2);
    }
  });

  it('loses what is not certified: a header that a node adds does not reach anybody', () => {
    const given = response();
    given.headers.push(['set-cookie', 'a=b'], ['location', 'https://elsewhere.example/']);
    const names = judge(given).response!.headers.map(([name]) => name.toLowerCase());
    expect(names.sort()).toEqual([...JSON_HEADERS.map(([name]) => name), 'ic-certificate', 'ic-certificateexpression'].sort());
  });

  it('holds for any query string, headers, body and method, for nothing of the request is certified but its path', () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
      const asked = { method, path: `/checkout/${ID}?a=1&status=paid`, requestHeaders: [['accept', 'x'], ['cookie', 'y']] as [string, string][], requestBody: 'anything' };
      expect(text(judge(response(), asked).response!.body)).toBe(BODY);
    }
  });

  it('holds for the path written otherwise, as the verifier reads paths: no other session can be meant', () => {
    for (const path of [`/checkout//${ID}`, `//checkout/${ID}`, `/checkout/${ID.replace('_', '%5F')}`, `/checkout%2F${ID}`]) expect(text(judge(response(), { path }).response!.body)).toBe(BODY);
  });

  it('holds for five minutes', () => {
    for (const age of [0n, 1n, 5n]) judge(response(), { now: ISSUER.time + age * MINUTE });
    for (const age of [5n * MINUTE + 1n, 60n * MINUTE, -5n * MINUTE - 1n]) expect(() => judge(response(), { now: ISSUER.time + age })).toThrow('Certificate verification failed');
  });
});

describe('a node that tampers is caught:', () => {
  const stranger = Trust.create('a stranger');
  const SKIP = 'default_certification(ValidationArgs{no_certification:Empty{}})';
  const tampered: [string, () => [Response, Judged?]][] = [
    ['another status', () => [{ ...response(), status: 201 }]],
    ['another body', () => [response(header(), REFUNDED)]],
    ['a byte more', () => [response(header(), `${BODY} `)]],
    ['no body', () => [response(header(), '')]],
    ...JSON_HEADERS.flatMap(([name, value]): [string, () => [Response, Judged?]][] => [
      [`${name} changed`, () => [withHeader(name, `${value}x`)]],
      [`${name} left out`, () => [withHeader(name)]],
      [`${name} twice`, () => [{ ...response(), headers: [...response().headers, [name, 'x']] }]],
    ]),
    ['an expression that certifies nothing', () => [withHeader('IC-CertificateExpression', SKIP)]],
    ['an expression that certifies no header', () => [withHeader('IC-CertificateExpression', answers.expression.replace(/headers:\[.*?\]/, 'headers:[]'))]],
    ['an expression that certifies a header less', () => [withHeader('IC-CertificateExpression', answers.expression.replace(',"cache-control"', ''))]],
    ['an expression that differs in a space', () => [withHeader('IC-CertificateExpression', `${answers.expression} `)]],
    ['no expression', () => [withHeader('IC-CertificateExpression')]],
    ['no certificate', () => [withHeader('IC-Certificate')]],
    ['the answer to another path', () => [response(), { path: '/checkout/cs_test_unknown' }]],
    ["another session's answer", () => [response(), { path: `/checkout/${OTHER}` }]],
    ["another session's answer under this one's path", () => [replaced(/expr_path=:.*?:/, path('checkout', OTHER, '<$>')), { path: `/checkout/${OTHER}` }]],
    ["another session's witness", () => [response(header(OTHER))]],
    ["another session's witness under this one's path", () => [response(header(OTHER).replace(/expr_path=:.*?:/, path('checkout', ID, '<$>')))]],
    ["another session's body with this one's witness", () => [response(header(), BODY.replace(ID, OTHER))]],
    ['the answer to a session whose id is the beginning of this one', () => [response(header('cs_test_a1b2c'), '{"status":"expired"}')]],
    ['a trailing slash, which is a path of its own', () => [response(), { path: `/checkout/${ID}/` }]],
    ['a path above', () => [response(), { path: '/checkout' }]],
    ['a path below', () => [response(), { path: `/checkout/${ID}/line_items` }]],
    ['other case', () => [response(), { path: `/checkout/${ID.toUpperCase()}` }]],
    ['the root', () => [response(), { path: '/' }]],
    ['a wildcard for all sessions', () => [replaced(/expr_path=:.*?:/, path('checkout', '<*>'))]],
    ['a wildcard for everything', () => [replaced(/expr_path=:.*?:/, path('<*>'))]],
    ['no path', () => [replaced(/, expr_path=:.*?:/, '')]],
    ['no witness', () => [replaced(/tree=:.*?:/, 'tree=::')]],
    ['version 1', () => [replaced('version=2', 'version=1')]],
    ['a stale certificate', () => [response(header(ID, { ...ISSUER, time: ISSUER.time - 5n * MINUTE - 1n }))]],
    ['a certificate from the future', () => [response(header(ID, { ...ISSUER, time: ISSUER.time + 5n * MINUTE + 1n }))]],
    ['the certificate of another canister', () => [response(header(ID, { ...ISSUER, canister: Principal.fromText('u6s2n-gx777-77774-qaaba-cai') }))]],
    ['the answer for another canister', () => [response(), { canister: Principal.fromText('u6s2n-gx777-77774-qaaba-cai') }]],
    ['a certificate by another root key', () => [response(header(ID, { ...ISSUER, trust: stranger }))]],
    ['one who trusts another root key', () => [response(), { rootKey: stranger.rootKey }]],
    ['a certificate of other data', () => [response(header(ID, ISSUER, new Uint8Array(32)))]],
    ['a certificate of nothing', () => [response(header(ID, ISSUER, new CertifiedAnswers(JSON_HEADERS, bytes).takeRoot()))]],
  ];

  it.each(tampered)('%s', (_, tamper) => {
    judge(response()); // nothing else is wrong with it
    const [given, asked] = tamper();
    let outcome: unknown = 'it passed';
    try {
      judge(given, asked);
    } catch (error) {
      outcome = error;
    }
    expect(outcome).toHaveProperty('message');
    expect(outcome).toHaveProperty('code'); // refused, and not the verifier failing on it
  });

  it('what a refund has changed: neither the old tree with the new certificate, nor the other way round', () => {
    const before = { certificate: certify(root, ISSUER), header: header() };
    answers.set(ID, bytes(REFUNDED));
    const certificate = certify(answers.takeRoot()!, { ...ISSUER, time: ISSUER.time + MINUTE });
    const after = text(answers.certificateHeader(ID, certificate)!);
    const now = ISSUER.time + 2n * MINUTE;

    expect(text(judge(response(after, REFUNDED), { now }).response!.body)).toBe(REFUNDED);
    expect(() => judge(response(after, BODY), { now })).toThrow();
    const oldTree = after.replace(/tree=:.*?:/, `tree=:${field('tree', before.header)}:`);
    const oldCertificate = text(answers.certificateHeader(ID, before.certificate)!);
    for (const mixed of [oldTree, oldCertificate]) for (const body of [BODY, REFUNDED]) expect(() => judge(response(mixed, body), { now })).toThrow();
    // All of it from before is the past, told as such until it is five minutes old.
    judge(response(before.header), { now });
    expect(() => judge(response(before.header), { now: ISSUER.time + 6n * MINUTE })).toThrow();
  });
});

describe('what is kept', () => {
  const id = (index: number) => `cs_test_a1${index}`;
  const kept = () => Array.from({ length: 3 * MOST_ANSWERS }, (_, index) => index).filter((index) => answers.has(id(index)));

  beforeEach(() => {
    answers = new CertifiedAnswers(JSON_HEADERS, bytes);
    for (let index = 0; index < MOST_ANSWERS; index += 1) answers.set(id(index), bytes(`of ${index}`));
    root = answers.takeRoot()!;
  });

  /** Checks that all that is kept is certified. */
  function judgeAll(body = (index: number) => `of ${index}`): void {
    const certificate = certify(root, ISSUER);
    for (const index of kept()) judge(response(text(answers.certificateHeader(id(index), certificate)!), body(index)), { path: `/checkout/${id(index)}` });
  }

  it('are the latest answers: one more takes the place of the oldest', () => {
    expect(answers.size).toBe(MOST_ANSWERS);
    judgeAll();
    answers.set(id(MOST_ANSWERS), bytes(`of ${MOST_ANSWERS}`));
    expect(answers.size).toBe(MOST_ANSWERS);
    expect(kept()).toEqual(Array.from({ length: MOST_ANSWERS }, (_, index) => index + 1));
    expect(answers.certificateHeader(id(0), new Uint8Array())).toBeUndefined();
    root = answers.takeRoot()!;
    judgeAll();
  });

  it('an answer set anew counts as the latest', () => {
    answers.set(id(0), bytes('anew'));
    expect(answers.size).toBe(MOST_ANSWERS);
    answers.set(id(MOST_ANSWERS), bytes(`of ${MOST_ANSWERS}`));
    expect(kept()).toEqual([0, ...Array.from({ length: MOST_ANSWERS - 1 }, (_, index) => index + 2)]);
    root = answers.takeRoot()!;
    judgeAll((index) => (index === 0 ? 'anew' : `of ${index}`));
  });

  it('an answer that is removed makes room for another', () => {
    answers.remove(id(5));
    expect(answers.size).toBe(MOST_ANSWERS - 1);
    expect(answers.certificateHeader(id(5), new Uint8Array())).toBeUndefined();
    answers.set(id(MOST_ANSWERS), bytes(`of ${MOST_ANSWERS}`));
    expect(answers.has(id(0))).toBe(true);
    root = answers.takeRoot()!;
    judgeAll();
  });

  it('takes no more room, however many come and go', () => {
    const room = () => JSON.stringify(answers).length; // the tree and all
    const before = room();
    for (let index = MOST_ANSWERS; index < 20 * MOST_ANSWERS; index += 1) {
      answers.set(id((index * 7919) % 100_003), bytes('later'));
      answers.takeRoot();
    }
    expect(room()).toBeLessThan(3 * before); // of what is let go of, some hashes stay for a while
  });

  it('nothing, when all is cleared', () => {
    answers.clear();
    expect(answers.size).toBe(0);
    expect(kept()).toEqual([]);
    expect(answers.takeRoot()).toEqual(new CertifiedAnswers(JSON_HEADERS, bytes).takeRoot());
    answers.set(id(1), bytes('of 1'));
    root = answers.takeRoot()!;
    judgeAll();
  });

  it('is certified anew only where something has changed', () => {
    expect(answers.takeRoot()).toBeUndefined();
    answers.set(id(1), bytes('other'));
    expect(answers.takeRoot()).not.toEqual(root);
    expect(answers.takeRoot()).toBeUndefined();
    answers.remove(id(1));
    expect(answers.takeRoot()).toBeDefined();
    // What is certified at first is that there is nothing, or else what an upgrade finds would go on to hold.
    expect(new CertifiedAnswers(JSON_HEADERS, bytes).takeRoot()).toHaveLength(32);
  });
});
