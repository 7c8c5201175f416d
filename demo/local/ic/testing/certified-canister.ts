import { canister } from './wat.js';

/** Stands in a response for the value of its `IC-Certificate` header. */
export const CERTIFICATE = '(the certificate)';

export interface CertifiedAnswer {
  /** The root hash of the tree that proves the answer, 32 bytes. */
  readonly certifiedData: Uint8Array;
  /** An HttpResponse in Candid, with {@link CERTIFICATE} in it. */
  readonly response: Uint8Array;
  /** What follows the certificate in its header: tree, version and expression path. */
  readonly fields: string;
}

/** Where things are in memory: the certificate and its base64, last of all. */
const CERTIFICATE_AT = 1_000_000;
const TEXT_AT = 2_000_000;
const ALPHABET_AT = 1_024;
const LENGTH_AT = 1_100;
const CERTIFIED_DATA_AT = 1_200;
const RESPONSE_AT = 4_096;

/**
 * A canister that answers every `http_request` with the same certified response, its certificate made anew each time. It
 * certifies the answer when it is installed; its update `certify` certifies the 32 bytes of its argument instead.
 */
export function certifiedCanister({ certifiedData, response, fields }: CertifiedAnswer): Uint8Array {
  const candid = Buffer.from(response);
  const placeholder = candid.indexOf(CERTIFICATE);
  if (placeholder < 0) throw new Error(`the response has no header whose value is ${JSON.stringify(CERTIFICATE)}`);
  const segments = [
    candid.subarray(0, placeholder - 1), // without the length of the header's value, one byte
    Buffer.from('certificate=:'),
    Buffer.from(`:, ${fields}`),
    candid.subarray(placeholder + CERTIFICATE.length),
  ];
  const at = (index: number) => RESPONSE_AT + segments.slice(0, index).reduce((size, segment) => size + segment.length, 0);
  const append = (index: number) => `(call $msg_reply_data_append (i32.const ${at(index)}) (i32.const ${segments[index].length}))`;

  return canister(
    `
    ${data(ALPHABET_AT, Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'))}
    ${data(CERTIFIED_DATA_AT, certifiedData)}
    ${segments.map((segment, index) => data(at(index), segment)).join('\n')}
    (func (export "canister_init")
      (call $certified_data_set (i32.const ${CERTIFIED_DATA_AT}) (i32.const ${certifiedData.length})))
    (func (export "canister_update certify")
      (call $msg_arg_data_copy (i32.const 16) (i32.const 0) (call $msg_arg_data_size))
      (call $certified_data_set (i32.const 16) (call $msg_arg_data_size))
      (call $msg_reply))
    (func (export "canister_query http_request")
      (local $size i32)
      (call $certificate_copy (i32.const ${CERTIFICATE_AT}) (i32.const 0) (call $certificate_size))
      (local.set $size (call $base64 (call $certificate_size)))
      (call $write_length (i32.add (local.get $size) (i32.const ${segments[1].length + segments[2].length})))
      ${append(0)}
      (call $msg_reply_data_append (i32.const ${LENGTH_AT}) (i32.const 5))
      ${append(1)}
      (call $msg_reply_data_append (i32.const ${TEXT_AT}) (local.get $size))
      ${append(2)}
      ${append(3)}
      (call $msg_reply))
    ;; LEB128 of five bytes, whatever the length: those in front of the last say that there are more.
    (func $write_length (param $length i32)
      (local $index i32)
      (loop $next
        (i32.store8
          (i32.add (i32.const ${LENGTH_AT}) (local.get $index))
          (i32.or
            (i32.and (local.get $length) (i32.const 127))
            (select (i32.const 128) (i32.const 0) (i32.lt_u (local.get $index) (i32.const 4)))))
        (local.set $length (i32.shr_u (local.get $length) (i32.const 7)))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $index) (i32.const 5)))))
    ;; Takes the certificate's size and returns the text's. The bytes behind the certificate are zero.
    (func $base64 (param $size i32) (result i32)
      (local $from i32) (local $to i32) (local $bits i32)
      (local.set $from (i32.const ${CERTIFICATE_AT}))
      (local.set $to (i32.const ${TEXT_AT}))
      (loop $group
        (local.set $bits (i32.or
          (i32.shl (i32.load8_u (local.get $from)) (i32.const 16))
          (i32.or
            (i32.shl (i32.load8_u offset=1 (local.get $from)) (i32.const 8))
            (i32.load8_u offset=2 (local.get $from)))))
        (i32.store8 (local.get $to) (call $digit (i32.shr_u (local.get $bits) (i32.const 18))))
        (i32.store8 offset=1 (local.get $to) (call $digit (i32.shr_u (local.get $bits) (i32.const 12))))
        (i32.store8 offset=2 (local.get $to) (call $digit (i32.shr_u (local.get $bits) (i32.const 6))))
        (i32.store8 offset=3 (local.get $to) (call $digit (local.get $bits)))
        (local.set $from (i32.add (local.get $from) (i32.const 3)))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (br_if $group (i32.lt_u (local.get $from) (i32.add (i32.const ${CERTIFICATE_AT}) (local.get $size)))))
      ;; One byte left over makes two digits, two make three; "=" fills the group up.
      (if (i32.rem_u (local.get $size) (i32.const 3)) (then
        (i32.store8 (i32.sub (local.get $to) (i32.const 1)) (i32.const 61))
        (if (i32.eq (i32.rem_u (local.get $size) (i32.const 3)) (i32.const 1)) (then
          (i32.store8 (i32.sub (local.get $to) (i32.const 2)) (i32.const 61))))))
      (i32.sub (local.get $to) (i32.const ${TEXT_AT})))
    (func $digit (param $bits i32) (result i32)
      (i32.load8_u offset=${ALPHABET_AT} (i32.and (local.get $bits) (i32.const 63))))`,
    {
      // Imports stand in front of all else; these two are none of those that `canister` adds.
      memory: `
        (import "ic0" "data_certificate_size" (func $certificate_size (result i32)))
        (import "ic0" "data_certificate_copy" (func $certificate_copy (param i32 i32 i32)))
        (memory 64)`,
      prelude: '',
    },
  );
}

function data(at: number, bytes: Uint8Array): string {
  return `(data (i32.const ${at}) "${[...bytes].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}")`;
}
