import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { Blob, decodeCandid } from '../decode-candid.js';

/** Candid of the management canister's `http_request` (ic.did; `pricing_version` by the replica's own types). */
export const Header = IDL.Record({ name: IDL.Text, value: IDL.Text });
export const HttpResult = IDL.Record({ status: IDL.Nat, headers: IDL.Vec(Header), body: Blob });
export const TransformArgs = IDL.Record({ response: HttpResult, context: Blob });
export const HttpRequestArgs = IDL.Record({
  url: IDL.Text,
  max_response_bytes: IDL.Opt(IDL.Nat64),
  method: IDL.Variant({ get: IDL.Null, head: IDL.Null, post: IDL.Null, put: IDL.Null, delete: IDL.Null, patch: IDL.Null }),
  headers: IDL.Vec(Header),
  body: IDL.Opt(Blob),
  transform: IDL.Opt(IDL.Record({ function: IDL.Func([TransformArgs], [HttpResult], ['query']), context: Blob })),
  is_replicated: IDL.Opt(IDL.Bool),
  pricing_version: IDL.Opt(IDL.Nat32),
});

export interface HttpHeader {
  readonly name: string;
  readonly value: string;
}

interface DecodedArgs {
  url: string;
  max_response_bytes: [] | [bigint];
  method: Record<string, null>;
  headers: HttpHeader[];
  body: [] | [Uint8Array];
  transform: [] | [{ function: [Principal, string]; context: Uint8Array }];
  is_replicated: [] | [boolean];
  pricing_version: [] | [number];
}

/** A canister's request for an outcall, with defaults filled in. */
export interface OutcallRequest {
  readonly url: string;
  readonly maxResponseBytes: bigint;
  readonly method: string;
  readonly headers: readonly HttpHeader[];
  readonly body: Uint8Array;
  readonly transform: { readonly canister: Principal; readonly method: string; readonly context: Uint8Array } | undefined;
  readonly replicated: boolean;
  readonly pricingVersion: 1 | 2;
}

/** @throws {Error} when the bytes are not such a record, or take too long to decode */
export function decodeOutcallRequest(argument: Uint8Array, defaultMaxResponseBytes: bigint): OutcallRequest {
  const [decoded] = decodeCandid([HttpRequestArgs], argument) as [DecodedArgs];
  const [transform] = decoded.transform;
  return {
    url: decoded.url,
    maxResponseBytes: decoded.max_response_bytes[0] ?? defaultMaxResponseBytes,
    method: Object.keys(decoded.method)[0]?.toUpperCase() ?? '',
    headers: decoded.headers,
    body: decoded.body[0] ?? new Uint8Array(),
    transform: transform && { canister: transform.function[0], method: transform.function[1], context: transform.context },
    replicated: decoded.is_replicated[0] ?? true,
    pricingVersion: decoded.pricing_version[0] === 2 ? 2 : 1, // the IC, too, takes any value it does not know as 1
  };
}

/** What one node got from the server. */
export interface RawResponse {
  readonly status: number;
  readonly headers: readonly HttpHeader[];
  readonly body: Uint8Array;
}

const record = (response: RawResponse) => ({ ...response, status: BigInt(response.status) });

export function encodeHttpResult(response: RawResponse): Uint8Array {
  return new Uint8Array(IDL.encode([HttpResult], [record(response)]));
}

export function encodeTransformArgs(response: RawResponse, context: Uint8Array): Uint8Array {
  return new Uint8Array(IDL.encode([TransformArgs], [{ response: record(response), context }]));
}
