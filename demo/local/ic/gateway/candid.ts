import { IDL } from '@dfinity/candid';

/** Candid of the HTTP gateway protocol (http-gateway.did). */
const Headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
const HttpUpdateRequest = IDL.Record({ method: IDL.Text, url: IDL.Text, headers: Headers, body: IDL.Vec(IDL.Nat8) });
const HttpRequest = IDL.Record({ method: IDL.Text, url: IDL.Text, headers: Headers, body: IDL.Vec(IDL.Nat8), certificate_version: IDL.Opt(IDL.Nat16) });
const HttpResponse = IDL.Record({
  status_code: IDL.Nat16,
  headers: Headers,
  body: IDL.Vec(IDL.Nat8),
  upgrade: IDL.Opt(IDL.Bool),
  // Only whether there is one matters: streaming is not supported.
  streaming_strategy: IDL.Opt(IDL.Reserved),
});

export type HeaderList = [string, string][];

export interface CanisterHttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export interface CanisterHttpResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly upgrade: boolean;
  readonly streaming: boolean;
}

export function encodeQueryRequest(request: CanisterHttpRequest): Uint8Array {
  return new Uint8Array(IDL.encode([HttpRequest], [{ ...request, certificate_version: [2] }]));
}

export function encodeUpdateRequest(request: CanisterHttpRequest): Uint8Array {
  return new Uint8Array(IDL.encode([HttpUpdateRequest], [request]));
}

interface Decoded {
  status_code: number;
  headers: HeaderList;
  body: Uint8Array;
  upgrade: [] | [boolean];
  streaming_strategy: [] | [unknown];
}

/** @throws {Error} when the canister's reply is not an HttpResponse */
export function decodeResponse(reply: Uint8Array): CanisterHttpResponse {
  const [decoded] = IDL.decode([HttpResponse], reply) as unknown as [Decoded];
  return {
    status: decoded.status_code,
    headers: decoded.headers,
    body: decoded.body,
    upgrade: decoded.upgrade[0] === true,
    streaming: decoded.streaming_strategy.length > 0,
  };
}
