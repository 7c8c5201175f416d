import type { Principal } from '@dfinity/principal';

/** What the gateway needs of the local IC. */
export interface GatewayIc {
  /** Certificates are verified against its root key, in DER. */
  readonly trust: { readonly rootKey: Uint8Array };
  /** The time that certificates and cached answers are judged by, in nanoseconds since 1970. */
  now(): bigint;
  hasCanister(id: Principal): boolean;
  /**
   * A query by the anonymous principal.
   * @throws {RejectError}
   */
  query(id: Principal, method: string, argument: Uint8Array): Promise<Uint8Array>;
  /**
   * An update call by the anonymous principal.
   * @throws {RejectError}
   */
  update(id: Principal, method: string, argument: Uint8Array): Promise<Uint8Array>;
}
