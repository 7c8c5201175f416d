/**
 * A canister that has stored what it was given, byte for byte as Azle's StableBTreeMap does, and that waits for Stripe when it
 * is told to: what an upgrade from an older version finds.
 */
import { call, IDL, init, msgArgData, msgReply, StableBTreeMap, update } from 'azle';

const Blob = IDL.Vec(IDL.Nat8);
const MANUAL = { manual: true };

const raw = { toBytes: (bytes: Uint8Array) => bytes, fromBytes: (bytes: Uint8Array) => bytes };
const map = new StableBTreeMap<Uint8Array, Uint8Array>(0, raw, raw);

export default class {
  @init([IDL.Vec(IDL.Tuple(Blob, Blob))])
  init(entries: [Uint8Array, Uint8Array][]): void {
    for (const [key, value] of entries) map.insert(key, value);
  }

  /** Passes its argument on as an HTTPS outcall, and the answer back. */
  @update([Blob], Blob, MANUAL)
  async ask(): Promise<void> {
    msgReply(await call<Uint8Array, Uint8Array>('aaaaa-aa', 'http_request', { raw: true, args: msgArgData(), cycles: 2_000_000_000n }));
  }
}
