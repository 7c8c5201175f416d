/** Test drivers of the agent API: a subnet with two small canisters, a server for it, and requests made by hand. */
import { AnonymousIdentity, Cbor, HttpAgent, type HttpAgentRequest, type Identity, requestIdOf } from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { type Listening, listen } from '../../listen.js';
import type { CanisterState, MetadataSection } from '../certification/subnet-state.js';
import { Trust } from '../certification/trust.js';
import { reject, RejectCode, RejectError, type Response } from '../reject.js';
import { type AgentApiOptions, createAgentApi } from './agent-api.js';
import type { IngressCall, Subnet } from './subnet.js';

export const COUNTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
/** Without code. */
export const EMPTY = Principal.fromText('uzt4z-lp777-77774-qaabq-cai');
/** One that there is not. */
export const NOWHERE = Principal.fromText('umunu-kh777-77774-qaaca-cai');
export const MANAGEMENT = Principal.managementCanister();
export const WASM_HASH = createHash('sha256').update('the code of the counter').digest();
export const METADATA: readonly MetadataSection[] = [
  { name: 'candid:service', isPublic: true, content: Buffer.from('service : {}') },
  { name: 'secret', isPublic: false, content: Buffer.from('for controllers') },
];
const CREATED_AT = 1_700_000_000_000_000_000n;
const MINUTE = 60_000_000_000n;
export const minutes = (count: number) => BigInt(count) * MINUTE;

/** The subnet that the API is tested with. Its counter counts in `count`, whatever the API makes of requests. */
export class TestSubnet implements Subnet {
  readonly trust = Trust.create('agent API', 3);
  readonly controllers: Principal[] = [];
  count = 0;
  /** How often a canister was asked whether it lets a call in. */
  inspected = 0;
  #ahead = 0n;
  #release: (() => void)[] = [];

  now(): bigint {
    return BigInt(Date.now()) * 1_000_000n + this.#ahead;
  }

  advance(nanoseconds: bigint): void {
    this.#ahead += nanoseconds;
  }

  /** Lets the calls of `wait` that are open now go on. */
  release(): void {
    for (const go of this.#release.splice(0)) go();
  }

  canisters(): readonly CanisterState[] {
    const common = { certifiedData: new Uint8Array(), controllers: this.controllers, createdAt: CREATED_AT };
    return [
      { ...common, id: COUNTER, module: { hash: WASM_HASH, installedAt: CREATED_AT + 1n, metadata: METADATA } },
      { ...common, id: EMPTY },
    ];
  }

  effectiveCanister({ method, argument }: IngressCall): Principal | 'any' | undefined {
    if (method === 'provisional_create_canister_with_cycles') return 'any';
    try {
      const [{ canister_id: id }] = IDL.decode([IDL.Record({ canister_id: IDL.Principal })], argument) as unknown as [{ canister_id: Principal }];
      return id;
    } catch {
      return undefined;
    }
  }

  async submit(call: IngressCall, onProcessing: () => void): Promise<{ readonly response: Promise<Response> }> {
    this.inspected += 1;
    await Promise.resolve();
    if (call.canister.compareTo(NOWHERE) === 'eq') throw new RejectError(RejectCode.DestinationInvalid, 'no such canister');
    if (call.method === 'unwanted') throw new RejectError(RejectCode.CanisterReject, 'the canister rejected the message');
    if (call.method !== 'wait') {
      onProcessing();
      return { response: Promise.resolve(this.#execute(call)) };
    }
    const released = new Promise<void>((resolve) => this.#release.push(resolve));
    return { response: released.then(() => {
      onProcessing();
      return this.#execute(call);
    }) };
  }

  answerQuery(call: IngressCall): Promise<Response> {
    const answers: Record<string, Uint8Array> = { count: Uint8Array.of(this.count), caller: call.sender.toUint8Array(), echo: call.argument };
    const data = answers[call.method] as Uint8Array | undefined;
    return Promise.resolve(data === undefined ? reject(RejectCode.CanisterError, `no query ${call.method}`) : { kind: 'reply', data });
  }

  #execute({ method, sender, argument }: IngressCall): Response {
    this.count += 1;
    if (method === 'fail') return reject(RejectCode.CanisterReject, 'no thanks');
    return { kind: 'reply', data: method === 'caller' ? sender.toUint8Array() : method === 'echo' ? argument : Uint8Array.of(this.count) };
  }
}

/** Serves the API of a subnet; what it does not handle is answered with 418. */
export function serve(subnet: Subnet, options?: AgentApiOptions): Promise<Listening> {
  const api = createAgentApi(subnet, options);
  return listen((request, response) => {
    void api.handle(request, response).then((handled) => {
      if (!handled) response.writeHead(418).end();
    });
  }, 0);
}

/** The official client, with all that it can verify, and without second tries. */
export function agentOf(server: Listening, identity: Identity = new AnonymousIdentity()): Promise<HttpAgent> {
  return HttpAgent.create({ host: `http://127.0.0.1:${server.port}`, identity, shouldFetchRootKey: true, verifyQuerySignatures: true, retryTimes: 0 });
}

/** A map as it goes into CBOR. */
export type Fields = Record<string, unknown>;

export function call(subnet: Subnet, more: Fields = {}): Fields {
  return { request_type: 'call', canister_id: COUNTER.toUint8Array(), method_name: 'increment', arg: new Uint8Array(), ...common(subnet), ...more };
}

export function query(subnet: Subnet, more: Fields = {}): Fields {
  return call(subnet, { request_type: 'query', method_name: 'count', ...more });
}

export function readState(subnet: Subnet, paths: readonly (readonly (string | Uint8Array)[])[], more: Fields = {}): Fields {
  const labels = paths.map((path) => path.map((label) => (typeof label === 'string' ? new Uint8Array(Buffer.from(label)) : label)));
  return { request_type: 'read_state', paths: labels, ...common(subnet), ...more };
}

function common(subnet: Subnet): Fields {
  return { sender: Principal.anonymous().toUint8Array(), ingress_expiry: subnet.now() + minutes(4) };
}

/** The envelope that an identity makes of a content, to be taken apart at will. The sender becomes the identity's. */
export async function envelope(content: Fields, identity: Identity = new AnonymousIdentity()): Promise<Fields> {
  const signed = { ...content, sender: identity.getPrincipal().toUint8Array() };
  const { body } = (await identity.transformRequest({ request: {}, body: signed } as unknown as HttpAgentRequest)) as { body: Fields };
  return body;
}

export const idOf = (content: Fields) => requestIdOf(content);
export const encode = (value: unknown) => new Uint8Array(Cbor.encode(value));

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The body decoded, where it is CBOR. */
  readonly map: Fields;
}

/** @param body what to send, as it is or, when it is no bytes, in CBOR */
export async function post(server: Listening, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Got> {
  const bytes = body instanceof Uint8Array ? body : encode(body);
  return got(await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body: bytes as BodyInit, headers: { 'content-type': 'application/cbor', ...headers } }));
}

export async function got(response: globalThis.Response): Promise<Got> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isCbor = response.headers.get('content-type') === 'application/cbor';
  return { status: response.status, headers: response.headers, bytes, text: isCbor ? '' : Buffer.from(bytes).toString(), map: isCbor ? Cbor.decode<Fields>(bytes) : {} };
}

export const url = (kind: 'query' | 'call' | 'read_state', version: number, id: Principal = COUNTER) => `/api/v${version}/canister/${id.toText()}/${kind}`;

/** Sends a bad request, and expects the reason why it is refused, for pages of any origin to read, and that it has done nothing. */
export async function expectRefused(subnet: TestSubnet, server: Listening, path: string, body: unknown, { status, reason }: { status: number; reason: string }): Promise<void> {
  const answer = await post(server, path, body);
  expect({ status: answer.status, text: answer.text }).toEqual({ status, text: expect.stringContaining(reason) as string });
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect([subnet.count, subnet.inspected]).toEqual([0, 0]);
}
