/**
 * The HTTP gateway protocol, as far as it is spoken here.
 *
 * https://docs.internetcomputer.org/references/http-gateway-protocol-spec
 */
import { IDL } from '@dfinity/candid';
import { Cursor, fieldHash } from './candid-cursor.js';
import { Template } from './candid-template.js';

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
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined;
}

const URL_FIELD = fieldHash('url');
const METHOD_FIELD = fieldHash('method');
const HEADERS_FIELD = fieldHash('headers');

/** Reads the argument of `http_request` or `http_request_update`. Throws MalformedArgument. */
export function readRequest(argument: Uint8Array): Request {
  const cursor = new Cursor(argument);
  const request: Request = { method: '', url: '', header: () => undefined };
  const fields = cursor.fields(cursor.type);
  for (let i = 0; i < fields.length; i += 2) {
    const type = fields[i + 1];
    switch (fields[i]) {
      case URL_FIELD:
        request.url = cursor.text(type);
        break;
      case METHOD_FIELD:
        request.method = cursor.text(type);
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

/** Every answer may be read by a page of any origin, and is kept by no cache: gateways keep plain GETs for 10 s. */
const COMMON_HEADERS: [string, string][] = [
  ['access-control-allow-origin', '*'],
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
];
const JSON_HEADERS: [string, string][] = [['content-type', 'application/json; charset=utf-8'], ...COMMON_HEADERS];
const METHODS = 'GET, OPTIONS';
const HOLE = Uint8Array.from('the body goes here', (character) => character.charCodeAt(0));

function encode(status_code: number, headers: [string, string][], body: Uint8Array, upgrade: [] | [boolean]): Uint8Array {
  return new Uint8Array(IDL.encode([HttpResponse], [{ status_code, headers, body, upgrade }]));
}

function jsonTemplate(status: number, headers: [string, string][] = []): Template {
  return new Template(encode(status, [...JSON_HEADERS, ...headers], HOLE, []), [HOLE]);
}

/** The answers, encoded once: those with a body take its JSON, in bytes. */
export class Responses {
  /** Asks the gateway to send the request again as an update. */
  readonly upgrade = encode(200, [], new Uint8Array(), [true]);
  /** To a preflight. Its body must be empty, or a gateway distrusts the canister. */
  readonly preflight = encode(204, [...COMMON_HEADERS, ['access-control-allow-methods', METHODS]], new Uint8Array(), []);

  private readonly templates = {
    200: jsonTemplate(200),
    400: jsonTemplate(400),
    404: jsonTemplate(404),
    405: jsonTemplate(405, [['allow', METHODS]]),
  };

  json(status: keyof Responses['templates'], body: Uint8Array): Uint8Array {
    return this.templates[status].fill([body]);
  }
}
