/** The Internet Computer, by Azle. */
import { call, canisterCycleBalance, canisterSelf, certifiedDataSet, dataCertificate, msgCaller, setTimer, time } from 'azle';
import type { System } from '../system.js';
import { asciiBytes, blobBytes } from './ascii-bytes.js';

export function azleSystem(): System {
  return {
    self: canisterSelf(),
    caller: msgCaller,
    time,
    cycles: canisterCycleBalance,
    bytes: asciiBytes,
    blob: blobBytes,
    outcall: (args, cycles) => call<Uint8Array, Uint8Array>('aaaaa-aa', 'http_request', { raw: true, args, cycles }),
    call: (canister, method, args) => call<Uint8Array, Uint8Array>(canister, method, { raw: true, args }),
    setTimer,
    certify: certifiedDataSet,
    certificate: dataCertificate,
  };
}
