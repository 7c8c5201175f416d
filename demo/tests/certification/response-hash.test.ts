import fc from 'fast-check';
import { expect, it } from 'vitest';
import { certifiedTree } from '../../local/ic/gateway/testing.js';
import { JSON_HEADERS } from '../../../canister/http/responses.js';
import { expressionFor, headHash, responseHash, type Header } from '../../../canister/certification/response-hash.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The response hash of the local gateway's tests, which that gateway's verifier accepts: the last label of their tree. */
function judged(headers: readonly Header[], body: Uint8Array): string {
  const expression = expressionFor(headers);
  let label: Uint8Array = new Uint8Array();
  let tree = certifiedTree({ path: ['<$>'], expression, response: { headers: Object.fromEntries(headers), body } });
  while (tree[0] === 2) [, label, tree] = tree;
  return hex(label);
}

const ours = (headers: readonly Header[], body: Uint8Array) => hex(responseHash(headHash(headers, expressionFor(headers)), body));

it('is that of the HTTP gateway protocol, for the headers of real answers', () => {
  for (const text of ['', '{"status":"paid"}', 'x'.repeat(5000)]) expect(ours(JSON_HEADERS, Buffer.from(text))).toBe(judged(JSON_HEADERS, Buffer.from(text)));
});

it('is that for any headers and body, whatever order the headers come in', () => {
  const name = fc.stringMatching(/^[a-z][a-z-]{0,20}$/);
  const value = fc.stringMatching(/^[ -~]{1,40}$/);
  const headers = fc.uniqueArray(fc.tuple(name, value), { maxLength: 8, selector: ([name]) => name });
  fc.assert(
    fc.property(headers, fc.uint8Array({ maxLength: 300 }), (headers, body) => {
      expect(ours(headers, body)).toBe(judged(headers, body));
      expect(hex(headHash([...headers].reverse(), 'the same'))).toBe(hex(headHash(headers, 'the same')));
    }),
  );
});

it('is another for another status, name, value, expression or body: nothing is left out of it', () => {
  const headers: Header[] = [['a', '1'], ['b', '2']];
  const head = headHash(headers, 'e');
  const hashes = [
    responseHash(head, Buffer.from('x')),
    responseHash(head, Buffer.from('y')),
    responseHash(headHash(headers, 'f'), Buffer.from('x')),
    responseHash(headHash([['a', '1'], ['b', '3']], 'e'), Buffer.from('x')),
    responseHash(headHash([['a', '1'], ['c', '2']], 'e'), Buffer.from('x')),
    responseHash(headHash([['a', '1']], 'e'), Buffer.from('x')),
  ].map(hex);
  expect(new Set(hashes).size).toBe(hashes.length);
});

it('goes by an expression that names every header, and nothing of the request', () => {
  expect(expressionFor([['content-type', 'x'], ['cache-control', 'y']])).toBe(
    'default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:["content-type","cache-control"]}}}})',
  );
});
