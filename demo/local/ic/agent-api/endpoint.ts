import { Principal } from '@dfinity/principal';
import { ApiError } from './api-error.js';

/** The effective canister or subnet id, which stands in the URL. */
export interface Scope {
  readonly kind: 'canister' | 'subnet';
  readonly id: Principal;
}

/** What a URL under `/api/` asks for (interface specification, "HTTPS interface"). */
export type Endpoint =
  | { readonly kind: 'status' }
  | { readonly kind: 'query' | 'read_state' | 'call'; readonly version: number; readonly scope: Scope };

const REQUEST = /^\/api\/v(\d)\/(canister|subnet)\/([^/]+)\/(query|read_state|call)$/;
const VERSIONS: Readonly<Record<string, readonly number[]>> = {
  'canister/query': [2, 3],
  'canister/read_state': [2, 3],
  'subnet/read_state': [2, 3],
  'canister/call': [2, 3, 4],
};
const KNOWN = '/api/v2/status, /api/v{2,3}/canister/<id>/query, /api/v{2,3}/{canister,subnet}/<id>/read_state and /api/v{2,3,4}/canister/<id>/call';

/**
 * @param url the target of the HTTP request
 * @throws {ApiError} 404 for what is not there, 400 for an id that is none
 */
export function readEndpoint(url: string): Endpoint {
  const path = url.split('?', 1)[0] ?? '';
  if (path === '/api/v2/status') return { kind: 'status' };
  const [, version = '', scope = '', id = '', kind = ''] = REQUEST.exec(path) ?? [];
  if (VERSIONS[`${scope}/${kind}`]?.includes(Number(version)) !== true) {
    throw new ApiError(404, `There is no endpoint ${path} in the local IC; there are ${KNOWN}`);
  }
  return { kind: kind as 'query', version: Number(version), scope: { kind: scope as Scope['kind'], id: readId(id) } };
}

function readId(text: string): Principal {
  try {
    return Principal.fromText(text.toLowerCase());
  } catch {
    throw new ApiError(400, `The URL has ${JSON.stringify(text)} where the effective canister or subnet id belongs; write it as text, such as uxrrr-q7777-77774-qaaaq-cai`);
  }
}
