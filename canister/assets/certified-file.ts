/** Makes a file ready to be served with a certificate. */
import { ExpressionPath } from '../certification/expression-path.js';
import { labeledHash } from '../certification/hash-tree.js';
import { expressionFor, headHash, responseHash, type Header } from '../certification/response-hash.js';
import { segmentsOf } from './path-tree.js';
import type { StaticFile } from './static-file.js';

/**
 * @param path from the root
 * @param headers all of them, names in lower case
 * @param body as it is sent
 * @param bytes of an ASCII text
 */
export function certifiedFile(path: string, headers: readonly Header[], body: Uint8Array, bytes: (text: string) => Uint8Array): StaticFile {
  const expression = expressionFor(headers);
  const response = responseHash(headHash(headers, expression), body);
  const labeled = labeledHash(bytes(segmentsOf(path).at(-1)!), new ExpressionPath(expression, bytes).hash(response));
  return { path, headers, body: literal(body), response: hex(response), labeled: hex(labeled) };
}

/** As a Candid blob literal has them. */
function literal(content: Uint8Array): string {
  return Array.from(content, (byte) => (/[ !#-[\]-~]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, '0')}`)).join('');
}

/** Bytes in hexadecimal. */
export function hex(content: Uint8Array): string {
  return Array.from(content, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
