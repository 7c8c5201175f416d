/** A canister that only stores payments, many at a time, by the real canister's own store, which finds them after an upgrade. */
import { msgArgData, msgReply, update } from 'azle';
import { asciiBytes } from '../../canister/azle/ascii-bytes.js';
import { latin1 } from '../../canister/encoding/bytes.js';
import { StableMap } from '../../canister/azle/stable-map.js';
import { Counters } from '../../canister/storage/counters.js';
import { Payments } from '../../canister/storage/payments.js';
import { ID_LENGTH, SEEDED_PAYMENT } from './seed-payment.js';

export default class {
  /** Takes ids, one after the other, as they are and not in Candid: decoding them would take longer than storing. */
  @update([], undefined, { manual: true })
  seed(): void {
    const ids = latin1(msgArgData());
    const store = new StableMap();
    const counters = new Counters(store);
    const payments = new Payments(store, counters);
    for (let at = 0; at < ids.length; at += ID_LENGTH) {
      const id = ids.slice(at, at + ID_LENGTH);
      const answer = JSON.stringify({ status: 'paid', payment: { id, ...SEEDED_PAYMENT } });
      payments.set(id, { status: 'paid', due: undefined, termsGeneration: 1, disputed: false, queued: false, answer: asciiBytes(answer), private: PRIVATE }, undefined);
    }
    counters.save();
    msgReply(new Uint8Array());
  }
}

const PRIVATE = asciiBytes('{"payment_intent":"pi_3SAbCdEfGhIjKlMnOpQrStUv","expires_at":1795648171}');
