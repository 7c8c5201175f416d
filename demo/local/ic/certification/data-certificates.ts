import type { Principal } from '@dfinity/principal';
import { dataCertificate } from './certificates.js';
import type { CanisterState } from './subnet-state.js';
import type { Trust } from './trust.js';

/** How long a certificate is handed out, in nanoseconds: about as long as until a real subnet makes its next. */
const LIFETIME = 1_000_000_000n;

interface Made {
  readonly time: bigint;
  readonly certifiedData: Uint8Array;
  readonly certificate: Uint8Array;
}

/** The certificates that canisters' queries are given. Signing one takes milliseconds, so that each is used for a while. */
export class DataCertificates {
  readonly #trust: Trust;
  readonly #made = new Map<string, Made>();

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  /** @param time in nanoseconds since 1970 */
  of(canister: CanisterState, time: bigint): Uint8Array {
    const id: Principal = canister.id;
    const last = this.#made.get(id.toText());
    const isFresh = last !== undefined && time >= last.time && time - last.time < LIFETIME;
    if (isFresh && Buffer.compare(last.certifiedData, canister.certifiedData) === 0) return last.certificate;
    const state = { time, canisters: [canister], requests: [] };
    const certificate = dataCertificate(this.#trust, state, id, 'flat');
    this.#made.set(id.toText(), { time, certifiedData: canister.certifiedData, certificate });
    return certificate;
  }
}
