/**
 * The HTTP gateway protocol, as far as it is spoken here.
 *
 * https://docs.internetcomputer.org/references/http-gateway-protocol-spec
 */
import { IDL } from '@dfinity/candid';
import { Cursor, fieldHash } from '../encoding/candid-cursor.js';

const Headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));

/** The argument of `http_request`. */
export const HttpRequest = IDL.Record({
  method: IDL.Text,
  url: IDL.Text,
  headers: Headers,
  body: IDL.Vec(IDL.Nat8),
  certificate_version: IDL.Opt(IDL.Nat16),
});

/** The argument of `http_request_update`. */
export const HttpUpdateRequest = IDL.Record({
  method: IDL.Text,
  url: IDL.Text,
  headers: Headers,
  body: IDL.Vec(IDL.Nat8),
});

/**
 * Requests as gateways begin them, for `Cursor.learn`. Those written in Rust
 * number the types in another order than those in JavaScript.
 * @param encodeText Candid's reference implementation, on its textual form
 */
export function sampleRequests(encodeText: (candid: string) => Uint8Array): Uint8Array[] {
  const request = { method: '', url: '', headers: [['', '']], body: new Uint8Array(), certificate_version: [2] };
  const text = 'method = ""; url = ""; headers = vec { record { ""; "" } }; body = blob ""';
  return [
    encodeText(`(record { ${text}; certificate_version = opt (2 : nat16) })`),
    encodeText(`(record { ${text} })`),
    new Uint8Array(IDL.encode([HttpRequest], [request])),
    new Uint8Array(IDL.encode([HttpUpdateRequest], [request])),
  ];
}

/** The answer of both. */
export const HttpResponse = IDL.Record({
  status_code: IDL.Nat16,
  headers: Headers,
  body: IDL.Vec(IDL.Nat8),
  upgrade: IDL.Opt(IDL.Bool),
});

/** The parts of a request that are used. */
export interface Request {
  method: string;
  /** Path and query. */
  url: string;
  /** A view of it. */
  body: Uint8Array;
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined;
}

const URL_FIELD = fieldHash('url');
const METHOD_FIELD = fieldHash('method');
const BODY_FIELD = fieldHash('body');
const HEADERS_FIELD = fieldHash('headers');

const NO_BYTES = new Uint8Array();

/** Bytes that are read of it: no path of use is longer than 260, and what the query string says is of no use. */
const LONGEST_URL = 1_024;

/** Reads the argument of `http_request` or `http_request_update`. Throws MalformedArgument. */
export function readRequest(argument: Uint8Array): Request {
  const cursor = new Cursor(argument);
  const request: Request = { method: '', url: '', body: NO_BYTES, header: () => undefined };
  const fields = cursor.fields(cursor.type);
  for (let i = 0; i < fields.length; i += 2) {
    const type = fields[i + 1];
    switch (fields[i]) {
      case URL_FIELD:
        request.url = cursor.text(type, LONGEST_URL);
        break;
      case METHOD_FIELD:
        request.method = cursor.text(type);
        break;
      case BODY_FIELD:
        request.body = cursor.blob(type);
        break;
      case HEADERS_FIELD:
        // Read only when somebody asks: most requests carry twenty headers of no use here. Nothing of use comes after them.
        request.header = (name) => cursor.header(type, name);
        return request;
      default:
        cursor.skip(type);
    }
  }
  return request;
}

/** Whether a gateway passes this canister's query answers on without verifying them: only the host tells. */
export function isRawHost(host: string | undefined, canister: string): boolean {
  return host !== undefined && host.toLowerCase().startsWith(`${canister}.raw.`);
}
