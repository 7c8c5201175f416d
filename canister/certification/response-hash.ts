/**
 * Which responses are certified, and their hash.
 *
 * https://docs.internetcomputer.org/references/http-gateway-protocol-spec#response-verification
 */
import { sha256 } from '../crypto/sha256.js';
import { ascii } from '../encoding/bytes.js';

/** A header: name in lower case, value. */
export type Header = readonly [name: string, value: string];

/**
 * The expression that says what is certified: the response with these headers, and nothing of the request. A final answer
 * is the same for whatever query string, header or method, so that the worst that a node can do with one is to give it to a
 * POST. An answer that is not final is never certified, so a node that gives it instead of upgrading is caught.
 */
export function expressionFor(headers: readonly Header[]): string {
  const names = headers.map(([name]) => `"${name}"`).join(',');
  return `default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:[${names}]}}}})`;
}

/** The hash of what all responses have in common: status 200 and these headers, the expression's own among them. */
export function headHash(headers: readonly Header[], expression: string): Uint8Array {
  const fields: [Uint8Array, Uint8Array][] = [...headers, ['ic-certificateexpression', expression] as const].map(([name, value]) => [sha256([ascii(name)]), sha256([ascii(value)])]);
  fields.push([sha256([ascii(':ic-cert-status')]), sha256([STATUS])]);
  fields.sort(([one], [other]) => compare(one, other));
  return sha256(fields.flat());
}

/** The hash of a response with a body. @param head see {@link headHash} */
export function responseHash(head: Uint8Array, body: Uint8Array): Uint8Array {
  return sha256([head, sha256([body])]);
}

/** 200, as a natural number in LEB128. */
const STATUS = Uint8Array.of(0xc8, 0x01);

function compare(one: Uint8Array, other: Uint8Array): number {
  const at = one.findIndex((byte, i) => byte !== other[i]);
  return at < 0 ? 0 : one[at] - other[at];
}
