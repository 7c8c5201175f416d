/** Somebody who wants to wear the canister out: what they can send, and by which ways. */
import { randomBytes } from 'node:crypto';
import { decodeResponse, encodeUpdateRequest } from '../local/ic/gateway/candid.js';
import { callThrough, proxyCanister, type ProxyAnswer } from '../local/ic/testing/proxy-canister.js';
import type { CanisterWorld } from './canister-world.js';

/** More cycles than any attack takes. */
export const RICH = 1_000_000_000_000_000n;

/** The status of an answer, or a word for what became of the request instead. */
export type Fate = number | string;

/** Of the right form, and known to nobody. */
export const inventedId = () => `cs_test_a1${randomBytes(28).toString('hex')}`;
export const inventedReference = () => `isp1${Array.from(randomBytes(26), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join('')}`;

export class Attacker {
  constructor(private readonly world: CanisterWorld) {}

  /** The argument of `http_request_update`. */
  request(method: string, url: string, headers: [string, string][] = [], body = new Uint8Array()): Uint8Array {
    return encodeUpdateRequest({ method, url, headers: [['host', `${this.world.canister.toText()}.icp0.io`], ...headers], body });
  }

  /** An event that Stripe has not signed. */
  forgedEvent(bytes: number): Uint8Array {
    const signature = `t=${this.world.ic.now() / 1_000_000_000n},v1=${'0'.repeat(64)}`;
    return this.request('POST', '/webhook', [['stripe-signature', signature]], new Uint8Array(bytes).fill(0x20));
  }

  /** Straight to the canister, past all gateways, as an ingress message. */
  async straight(argument: Uint8Array): Promise<Fate> {
    try {
      return decodeResponse(await this.world.ic.update(this.world.canister, 'http_request_update', argument)).status;
    } catch (error) {
      if (!String(error).includes('rejected the message')) throw error;
      return 'turned away'; // which costs the canister nothing
    }
  }

  async throughGateway(path: string): Promise<Fate> {
    this.world.said.length = 0; // or it would grow with each request
    return (await this.world.http(path)).status;
  }

  /** From a canister: nobody looks at its calls before they are let in. */
  async canister(): Promise<(argument: Uint8Array, method?: string) => Promise<ProxyAnswer>> {
    const { ic, canister: callee } = this.world;
    const proxy = ic.createCanister({ cycles: RICH });
    await ic.install(proxy, proxyCanister(), new Uint8Array());
    return (payload, method = 'http_request_update') => callThrough(ic, proxy, { callee, method, payload });
  }
}

/** What became of a request that a canister has sent. */
export function fateOf({ code, data, message }: ProxyAnswer): Fate {
  return code === 0 ? decodeResponse(data).status : message;
}
