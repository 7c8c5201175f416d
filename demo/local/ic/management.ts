import { IDL } from '@dfinity/candid';
import { randomBytes } from 'node:crypto';
import type { Respond } from './call-context.js';
import type { Call } from './surroundings.js';
import type { Principal } from '@dfinity/principal';
import { reject, RejectCode, RejectError } from './reject.js';

/** One method of the management canister. */
export type ManagementMethod = (call: Call, respond: Respond) => void;

/** The management canister, `aaaaa-aa`, as far as it exists here. */
export class Management {
  readonly #methods: Record<string, ManagementMethod | undefined>;

  constructor(httpRequest: ManagementMethod) {
    this.#methods = { raw_rand: rawRand, http_request: httpRequest };
  }

  checkIngress(method: string, _argument: Uint8Array, _sender: Principal): void {
    throw new RejectError(RejectCode.CanisterReject, `The management canister's method ${method} cannot be called from outside the local IC`);
  }

  effectiveCanister(_method: string, _argument: Uint8Array): Principal | 'any' | undefined {
    return undefined;
  }

  call(call: Call, respond: Respond): void {
    const method = Object.hasOwn(this.#methods, call.method) ? this.#methods[call.method] : undefined;
    if (method !== undefined) method(call, respond);
    else respond(reject(RejectCode.CanisterReject, `The management canister's method ${call.method} is not implemented in the local IC`), call.cycles);
  }
}

/** 32 bytes nobody can foresee. */
function rawRand(call: Call, respond: Respond): void {
  const data = new Uint8Array(IDL.encode([IDL.Vec(IDL.Nat8)], [new Uint8Array(randomBytes(32))]));
  respond({ kind: 'reply', data }, call.cycles);
}
