import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { Blob, decodeCandid } from '../decode-candid.js';
import type { Answer, HeaderList } from './answer.js';

/** Candid of the HTTP gateway protocol (HTTP gateway protocol specification, "Canister HTTP Interface"). */
const Headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
const HttpUpdateRequest = IDL.Record({ method: IDL.Text, url: IDL.Text, headers: Headers, body: Blob });
const HttpRequest = IDL.Record({ method: IDL.Text, url: IDL.Text, headers: Headers, body: Blob, certificate_version: IDL.Opt(IDL.Nat16) });
const HttpResponse = IDL.Record({
  status_code: IDL.Nat16,
  headers: Headers,
  body: Blob,
  upgrade: IDL.Opt(IDL.Bool),
  // Each canister has its own type of token; the callback's type mentions it, too.
  streaming_strategy: IDL.Opt(IDL.Variant({ Callback: IDL.Record({ callback: IDL.Unknown, token: IDL.Unknown }) })),
});
const StreamingCallbackHttpResponse = IDL.Record({ body: Blob, token: IDL.Opt(IDL.Unknown) });

/** The latest version of response verification, which is asked for. */
export const CERTIFICATE_VERSION = 2;

export interface CanisterHttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export interface CanisterHttpResponse extends Answer {
  readonly upgrade: boolean;
  /** Where the rest of the body is to be had. */
  readonly streaming: Streaming | undefined;
}

export interface Streaming {
  readonly canister: Principal;
  readonly method: string;
  /** The token as the callback's argument, in Candid of the canister's own type. */
  readonly token: Uint8Array;
}

export interface Chunk {
  readonly body: Uint8Array;
  /** As in {@link Streaming}; undefined in the last chunk. */
  readonly token: Uint8Array | undefined;
}

export function encodeQueryRequest(request: CanisterHttpRequest): Uint8Array {
  return new Uint8Array(IDL.encode([HttpRequest], [{ ...request, certificate_version: [CERTIFICATE_VERSION] }]));
}

export function encodeUpdateRequest(request: CanisterHttpRequest): Uint8Array {
  return new Uint8Array(IDL.encode([HttpUpdateRequest], [request]));
}

/** A value decoded as `IDL.Unknown`, which knows its type; what JavaScript calls a primitive comes as an object. */
interface Unknown {
  type(): IDL.Type;
  valueOf(): unknown;
}
interface DecodedResponse {
  status_code: number;
  headers: HeaderList;
  body: Uint8Array;
  upgrade: [] | [boolean];
  streaming_strategy: [] | [{ Callback: { callback: Unknown; token: Unknown } }];
}

/** @throws {Error} when the canister's reply is not an HttpResponse, or takes too long to decode */
export function decodeResponse(reply: Uint8Array): CanisterHttpResponse {
  const [{ status_code: status, headers, body, upgrade, streaming_strategy: strategy }] = decodeCandid([HttpResponse], reply) as [DecodedResponse];
  return { status, headers, body, upgrade: upgrade[0] === true, streaming: strategy[0] && toStreaming(strategy[0].Callback) };
}

/** @throws {Error} when the callback's reply is not a StreamingCallbackHttpResponse, or takes too long to decode */
export function decodeChunk(reply: Uint8Array): Chunk {
  const [{ body, token }] = decodeCandid([StreamingCallbackHttpResponse], reply) as [{ body: Uint8Array; token: [] | [Unknown] }];
  return { body, token: token[0] && encode(token[0]) };
}

function toStreaming({ callback, token }: { callback: Unknown; token: Unknown }): Streaming {
  if (!(callback.type() instanceof IDL.FuncClass)) throw new Error(`the callback of its streaming_strategy is no function, but ${callback.type().display()}`);
  const [canister, method] = callback.valueOf() as [Principal, string];
  return { canister, method, token: encode(token) };
}

function encode(token: Unknown): Uint8Array {
  const type = token.type();
  return new Uint8Array(IDL.encode([type], [type instanceof IDL.NullClass ? null : token.valueOf()]));
}
