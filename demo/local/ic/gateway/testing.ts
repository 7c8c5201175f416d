import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { encodeCbor } from '../cbor.js';
import { dataCertificate } from '../certification/certificates.js';
import { branch, type HashTree, leaf, rootHash } from '../certification/hash-tree.js';
import { hashOfMap } from '../certification/request-id.js';
import type { DelegationFormat } from '../certification/trust.js';
import { Trust } from '../certification/trust.js';
import type { GatewayIc } from './gateway-ic.js';

const Headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
export const Request = IDL.Record({ method: IDL.Text, url: IDL.Text, headers: Headers, body: IDL.Vec(IDL.Nat8), certificate_version: IDL.Opt(IDL.Nat16) });

export interface CanisterAnswer {
  status?: number;
  headers?: [string, string][];
  body?: Uint8Array;
  upgrade?: boolean;
  /** Of any type that the canister likes. */
  streaming?: { callback: [Principal, string]; type: IDL.Type; token: unknown };
}

/** An HttpResponse in Candid. */
export function answer({ status = 200, headers = [], body = Buffer.from('ok'), upgrade, streaming }: CanisterAnswer): Uint8Array {
  const Token = streaming?.type ?? IDL.Null;
  const Strategy = IDL.Variant({ Callback: IDL.Record({ callback: IDL.Func([Token], [chunkType(Token)], ['query']), token: Token }) });
  const Response = IDL.Record({ status_code: IDL.Nat16, headers: Headers, body: IDL.Vec(IDL.Nat8), upgrade: IDL.Opt(IDL.Bool), streaming_strategy: IDL.Opt(Strategy) });
  return new Uint8Array(IDL.encode([Response], [{
    status_code: status, headers, body,
    upgrade: upgrade === undefined ? [] : [upgrade],
    streaming_strategy: streaming === undefined ? [] : [{ Callback: streaming }],
  }]));
}

/** A StreamingCallbackHttpResponse in Candid; without a token it is the last one. */
export function chunk(body: Uint8Array, type: IDL.Type, ...token: unknown[]): Uint8Array {
  return new Uint8Array(IDL.encode([chunkType(type)], [{ body, token }]));
}

function chunkType(token: IDL.Type): IDL.Type {
  return IDL.Record({ body: IDL.Vec(IDL.Nat8), token: IDL.Opt(token) });
}

/** What the canister was asked, out of its argument. */
export function decodeRequest(argument: Uint8Array): { method: string; url: string; headers: [string, string][]; body: Uint8Array; certificate_version: number[] } {
  return IDL.decode([Request], argument)[0] as unknown as ReturnType<typeof decodeRequest>;
}

/** A local IC with one canister, which does what the test says, and a clock that stands still. */
export class FakeIc implements GatewayIc {
  readonly trust = Trust.create('the gateway under test');
  readonly canister = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
  time = 1_800_000_000_000_000_000n;
  /** The names of the methods that were called. */
  readonly calls: string[] = [];
  http_request: (argument: Uint8Array) => Uint8Array = () => answer({});
  http_request_update: (argument: Uint8Array) => Uint8Array = () => answer({});
  /** Any other method. */
  callback: (argument: Uint8Array) => Uint8Array = () => chunk(new Uint8Array(), IDL.Null);

  now(): bigint {
    return this.time;
  }

  advance(seconds: number): void {
    this.time += BigInt(seconds) * 1_000_000_000n;
  }

  hasCanister(id: Principal): boolean {
    return id.compareTo(this.canister) === 'eq';
  }

  query(_id: Principal, method: string, argument: Uint8Array): Promise<Uint8Array> {
    this.calls.push(method);
    return Promise.resolve(method === 'http_request' ? this.http_request(argument) : this.callback(argument));
  }

  update(_id: Principal, method: string, argument: Uint8Array): Promise<Uint8Array> {
    this.calls.push(method);
    return Promise.resolve(this.http_request_update(argument));
  }
}

/** What a canister certifies, by version 2 of response verification. */
export interface Certified {
  /** Ends in `<$>` or `<*>`; the `http_expr` in front of it is added. */
  path: string[];
  expression: string;
  /** With the certified headers and query parameters alone. Undefined where the expression says that requests are not certified. */
  request?: { method: string; query?: string; headers?: Record<string, string>; body?: Uint8Array };
  /** With the certified headers alone. Undefined where the expression says that nothing is certified. */
  response?: { status?: number; headers?: Record<string, string>; body: Uint8Array };
}

/** The tree to certify, as the HTTP gateway protocol specification defines it, "Response Verification". */
export function certifiedTree({ path, expression, request, response }: Certified): HashTree {
  const empty = leaf(new Uint8Array());
  const hashes = response === undefined ? empty : branch([[request === undefined ? '' : requestHash(request), branch([[responseHash(expression, response), empty]])]]);
  const labels = ['http_expr', ...path, hash(Buffer.from(expression))];
  return labels.reduceRight<HashTree>((below, label) => branch([[label, below]]), hashes);
}

/** The libraries leave the query out where none of it is certified; the specification would have it in, as an empty text. */
function requestHash({ method, query, headers, body = new Uint8Array() }: NonNullable<Certified['request']>): Uint8Array {
  return hash(hashOfMap({ ...headers, ':ic-cert-method': method, ':ic-cert-query': query }), hash(body));
}

function responseHash(expression: string, { status = 200, headers, body }: NonNullable<Certified['response']>): Uint8Array {
  return hash(hashOfMap({ ...headers, 'ic-certificateexpression': expression, ':ic-cert-status': status }), hash(body));
}

/** What `IC-Certificate` holds besides the certificate, which stands in front of it. */
export function certificateFields(tree: HashTree, path: string[]): string {
  return `tree=:${base64(encodeCbor(tree))}:, version=2, expr_path=:${base64(encodeCbor(['http_expr', ...path]))}:`;
}

export interface Issuer {
  trust: Trust;
  canister: Principal;
  time: bigint;
  format?: DelegationFormat;
}

/** The certificate that a canister would get with this as its certified data. */
export function certify(certifiedData: Uint8Array, { trust, canister, time, format = 'flat' }: Issuer): Uint8Array {
  return dataCertificate(trust, { time, requests: [], canisters: [{ id: canister, certifiedData, controllers: [], createdAt: time }] }, canister, format);
}

/** The two headers that make an answer a certified one. */
export function certificateHeaders(certified: Certified, issuer: Issuer, tree = certifiedTree(certified)): [certificate: [string, string], expression: [string, string]] {
  const certificate = base64(certify(rootHash(tree), issuer));
  return [['IC-Certificate', `certificate=:${certificate}:, ${certificateFields(tree, certified.path)}`], ['IC-CertificateExpression', certified.expression]];
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function hash(...parts: Uint8Array[]): Uint8Array {
  const sha256 = createHash('sha256');
  for (const part of parts) sha256.update(part);
  return sha256.digest();
}

export interface Sent {
  host?: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
  address?: string;
}
export interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** An HTTP request to a gateway on this port, with any host and method. */
export function send(port: number, { host = 'localhost', path = '/', method = 'GET', headers = {}, body = new Uint8Array(), address = '127.0.0.1' }: Sent): Promise<Got> {
  return new Promise((resolve, fail) => {
    const sent = httpRequest({ host: address, port, path, method, headers: { host: `${host}:${port}`, ...headers }, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() });
      });
    });
    sent.on('error', fail);
    sent.end(body);
  });
}
