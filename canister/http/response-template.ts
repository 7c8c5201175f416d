/** HTTP answers in Candid: encoded once, with holes for what differs, for `IDL.encode` takes 5 k instructions for each byte of a body. */
import { IDL } from '@dfinity/candid';
import type { Header } from '../certification/response-hash.js';
import { ascii } from '../encoding/bytes.js';
import { Template } from '../encoding/candid-template.js';
import { HttpResponse } from './interface.js';

const BODY = ascii('the body goes here');
const CERTIFICATE = 'the certificate goes here';

/** An answer, in Candid. */
export function encodeResponse(status_code: number, headers: readonly Header[], body: Uint8Array, upgrade: [] | [boolean] = []): Uint8Array {
  return new Uint8Array(IDL.encode([HttpResponse], [{ status_code, headers, body, upgrade }]));
}

/** An answer whose body is to be filled in. */
export function responseTemplate(status: number, headers: readonly Header[]): Template {
  return new Template(encodeResponse(status, headers, BODY), [BODY]);
}

/** A certified answer of status 200, whose body is to be filled in and then the header `IC-Certificate`. */
export function certifiedTemplate(headers: readonly Header[], expression: string): Template {
  const certified: Header[] = [...headers, ['IC-CertificateExpression', expression], ['IC-Certificate', CERTIFICATE]];
  return new Template(encodeResponse(200, certified, BODY), [BODY, ascii(CERTIFICATE)]);
}
