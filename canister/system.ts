import type { Principal } from '@dfinity/principal';

/**
 * What the canister has from the Internet Computer. Everything but the entry points sees no more of it than this, and runs
 * as well elsewhere.
 *
 * https://docs.internetcomputer.org/references/ic-interface-spec
 */
export interface System {
  /** This canister. */
  readonly self: Principal;
  /** Who has sent the message. */
  caller(): Principal;
  /** Nanoseconds since 1970. The same all through a message. */
  time(): bigint;
  /** The balance, in cycles. */
  cycles(): bigint;
  /** The bytes of an ASCII text without control characters. */
  readonly bytes: (text: string) => Uint8Array;
  /** The bytes that a Candid blob literal stands for, without its quotes: `\\1f` is one byte, as is `a`. */
  readonly blob: (literal: string) => Uint8Array;
  /**
   * An HTTPS outcall: calls `http_request` of the management canister.
   * Rejects with what the IC refuses it with; and where this canister traps after the answer has come, with an error of type
   * `CleanupCallback`, upon which nothing may be called or replied.
   * @param args in Candid
   * @param cycles attached; what is not used comes back
   */
  outcall(args: Uint8Array, cycles: bigint): Promise<Uint8Array>;
  /**
   * Calls a method of a canister, and waits for its reply, however long that takes. Rejects like {@link outcall}.
   * @param canister as text
   * @param args in Candid
   */
  call(canister: string, method: string, args: Uint8Array): Promise<Uint8Array>;
  /** Runs something once, after so many seconds, unless the canister is upgraded before. */
  setTimer(seconds: number, run: () => Promise<void>): void;
  /** Has 32 bytes certified by the subnet. */
  certify(hash: Uint8Array): void;
  /** The certificate for what was last certified; only in a query. */
  certificate(): Uint8Array | undefined;
}

/** Seconds since 1970. */
export function seconds(system: Pick<System, 'time'>): number {
  return Math.floor(Number(system.time()) / 1e9);
}

/** Whether an error means that this message has trapped already: it is to be passed on, and nothing else may be done. */
export function isCleanup(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'type' in error && error.type === 'CleanupCallback';
}
