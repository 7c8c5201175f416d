import { IDL } from '@dfinity/candid';
import { randomBytes } from 'node:crypto';
import type { Respond } from './call-context.js';
import type { Call } from './canister.js';
import { reject, RejectCode } from './reject.js';

/** One method of the management canister. */
export type ManagementMethod = (call: Call, respond: Respond) => void;

/** The management canister, `aaaaa-aa`, as far as it exists here. */
export class Management {
  readonly #methods: Record<string, ManagementMethod | undefined>;

  constructor(httpRequest: ManagementMethod) {
    this.#methods = { raw_rand: rawRand, http_request: httpRequest };
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
