import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { replyOrThrow, type Response } from '../../reject.js';
import type { Management } from '../management.js';
import { SERVICE, type ServiceMethod } from './service.js';

/** A user, whose calls come in as a node takes them in, or a canister, whose calls bring cycles along. */
export class Client {
  readonly principal: Principal;
  readonly #management: Management;
  readonly #origin: 'ingress' | 'canister';
  /** Attached to each call. */
  cycles = 0n;
  /** What has come back of the cycles of the last call. */
  refunded: bigint | undefined;

  constructor(management: Management, principal: Principal, origin: 'ingress' | 'canister') {
    this.#management = management;
    this.principal = principal;
    this.#origin = origin;
  }

  /** @throws {RejectError} */
  async call(method: ServiceMethod, argument?: object): Promise<unknown> {
    return decode(method, replyOrThrow(await this.send(method, encode(method, argument))));
  }

  /**
   * Sends whatever bytes to whatever method.
   * @throws {RejectError} when a user's call is not let in
   */
  async send(method: string, argument: Uint8Array): Promise<Response> {
    if (this.#origin === 'ingress') this.#management.checkIngress(method, argument, this.principal);
    const callee = Principal.managementCanister().toUint8Array();
    const call = { origin: this.#origin, caller: this.principal.toUint8Array(), callee, method, argument, cycles: this.cycles, deadline: 0n };
    return new Promise((resolve) => {
      this.#management.call(call, (response, refunded) => {
        this.refunded = refunded;
        resolve(response);
      });
    });
  }
}

export function encode(method: ServiceMethod, argument?: object): Uint8Array {
  const [type] = SERVICE[method];
  return new Uint8Array(type === undefined ? IDL.encode([], []) : IDL.encode([type], [argument]));
}

export function decode(method: ServiceMethod, reply: Uint8Array): unknown {
  const [, type] = SERVICE[method];
  return IDL.decode(type === undefined ? [] : [type], reply)[0];
}
