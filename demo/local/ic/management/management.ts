import { Principal } from '@dfinity/principal';
import type { Respond } from '../call-context.js';
import { reject, RejectCode, RejectError, type Response } from '../reject.js';
import type { Call } from '../surroundings.js';
import { findCanister } from './access.js';
import type { ManagementHost } from './canister-control.js';
import { effectiveCanister, targetOf } from './effective-canister.js';
import { KeptSettings } from './kept-settings.js';
import type { HostMethod, Method, World } from './method.js';
import { METHODS, NOT_IMPLEMENTED } from './methods.js';
import { ErrorCode, ManagementError } from './refusal.js';
import { canisterStatus } from './status.js';

export interface ManagementOptions {
  /** The method `http_request`, for canisters only. It responds exactly once. */
  readonly httpRequest: HostMethod['hand'];
  /** What `create_canister` takes, in cycles. */
  readonly creationFee: bigint;
}

/** The management canister, `aaaaa-aa`, as far as it exists here (interface specification, "The IC management canister"). */
export class Management {
  readonly #world: World;
  readonly #methods: ReadonlyMap<string, Method | HostMethod>;

  constructor(host: ManagementHost, { httpRequest, creationFee }: ManagementOptions) {
    this.#world = { host, kept: new KeptSettings(), creationFee };
    this.#methods = new Map<string, Method | HostMethod>([...Object.entries(METHODS), ['http_request', { ingress: 'nobody', hand: httpRequest }]]);
  }

  /**
   * Carries a call out and responds exactly once; at once, if it takes no waiting. Never throws: whatever the argument
   * holds, what goes wrong is a reject.
   */
  call(call: Call, respond: Respond): void {
    const fail = (error: unknown) => {
      respond(rejection(error), call.cycles);
    };
    let method: Method | HostMethod;
    let reply: Uint8Array | Promise<Uint8Array>;
    try {
      method = this.#find(call.method);
      if (call.origin === 'ingress') checkForUsers(call.method, method);
      if ('hand' in method) {
        method.hand(call, respond);
        return;
      }
      reply = method.run({ ...call, caller: Principal.fromUint8Array(call.caller) }, this.#world);
    } catch (error) {
      fail(error);
      return;
    }
    const refunded = method.keepsCycles === true ? 0n : call.cycles;
    const succeed = (data: Uint8Array) => {
      respond({ kind: 'reply', data }, refunded);
    };
    if (reply instanceof Promise) reply.then(succeed, fail);
    else succeed(reply);
  }

  /** A non-replicated query (spec, `canister_status`: the one there is here). Never throws. */
  query(method: string, argument: Uint8Array, caller: Principal): Response {
    try {
      this.#find(method); // which names what is not implemented
      if (method !== 'canister_status') throw new ManagementError(ErrorCode.CanisterMethodNotFound, `Management canister has no query method '${method}'`);
      return { kind: 'reply', data: canisterStatus({ method, argument, caller, cycles: 0n }, this.#world) };
    } catch (error) {
      return rejection(error);
    }
  }

  /** See {@link effectiveCanister}. */
  effectiveCanister(method: string, argument: Uint8Array): Principal | 'any' | undefined {
    return effectiveCanister(method, argument);
  }

  /**
   * Checks whether a user's call may come in at all: the sender must be a controller of the canister that it is about, or
   * read its status by permission; the provisional methods are open to all; others are for canisters (spec, "API request
   * submission").
   * @throws {RejectError} when it may not
   */
  checkIngress(method: string, argument: Uint8Array, sender: Principal): void {
    const permission = checkForUsers(method, this.#find(method));
    if (permission === 'anyone') return;
    const canister = findCanister(targetOf(method, argument), this.#world.host);
    if (permission(canister, sender, this.#world)) return;
    throw new ManagementError(ErrorCode.CanisterInvalidController, `Only controllers of canister ${canister.id.toText()} can call ic00 method ${method}`);
  }

  #find(name: string): Method | HostMethod {
    const method = this.#methods.get(name);
    if (method !== undefined) return method;
    if (NOT_IMPLEMENTED.has(name)) throw new ManagementError(ErrorCode.CanisterRejectedMessage, `The management canister's method ${name} is not implemented in the local IC`);
    throw new ManagementError(ErrorCode.CanisterMethodNotFound, `Management canister has no method '${name}'`);
  }
}

/** Who of the users may call a method. @throws {ManagementError} CanisterRejectedMessage, when it is for canisters only */
function checkForUsers(name: string, { ingress }: Method | HostMethod): Exclude<Method['ingress'], 'nobody'> {
  if (ingress === 'nobody') throw new ManagementError(ErrorCode.CanisterRejectedMessage, `ic00 method ${name} can not be called via ingress messages`);
  return ingress;
}

function rejection(error: unknown): Response {
  if (error instanceof RejectError) return error.response;
  return reject(RejectCode.SysFatal, `The local IC failed: ${String(error)}`);
}
