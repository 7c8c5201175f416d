import type { Principal } from '@dfinity/principal';
import type { LocalIc } from '../index.js';
import { canister } from './wat.js';

/**
 * A canister whose update `call` makes the call that its argument describes, and replies with what came of it: the reject
 * code (0 for a reply), the cycles refunded, and the reply's bytes or the reject's message.
 *
 * Argument: length and bytes of the callee, length and bytes of the method name, 8 bytes of cycles, then the payload.
 */
export const PROXY = `
  (table 8 funcref)
  (elem (i32.const 1) $on_reply $on_reject)
  (func $parse_and_begin
    (local $size i32) (local $callee i32) (local $name i32) (local $rest i32)
    (local.set $size (call $msg_arg_data_size))
    (call $msg_arg_data_copy (i32.const 4096) (i32.const 0) (local.get $size))
    (local.set $callee (i32.const 4097))
    (local.set $name (i32.add (i32.add (local.get $callee) (i32.load8_u (i32.const 4096))) (i32.const 1)))
    (local.set $rest (i32.add (local.get $name) (i32.load8_u (i32.sub (local.get $name) (i32.const 1)))))
    (call $call_new
      (local.get $callee) (i32.load8_u (i32.const 4096))
      (local.get $name) (i32.load8_u (i32.sub (local.get $name) (i32.const 1)))
      (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 0))
    (call $call_cycles_add128 (i64.const 0) (i64.load (local.get $rest)))
    (local.set $rest (i32.add (local.get $rest) (i32.const 8)))
    (call $call_data_append (local.get $rest) (i32.sub (i32.add (i32.const 4096) (local.get $size)) (local.get $rest))))
  (func (export "canister_update call")
    (call $parse_and_begin)
    (if (call $call_perform) (then (call $msg_reject (i32.const 0) (i32.const 0)))))
  (func $on_reply (param i32)
    (call $header (i32.const 0))
    (call $msg_arg_data_copy (i32.const 4096) (i32.const 0) (call $msg_arg_data_size))
    (call $reply_bytes (i32.const 4096) (call $msg_arg_data_size)))
  (func $on_reject (param i32)
    (call $header (call $msg_reject_code))
    (call $msg_reject_msg_copy (i32.const 4096) (i32.const 0) (call $msg_reject_msg_size))
    (call $reply_bytes (i32.const 4096) (call $msg_reject_msg_size)))
  (func $header (param $code i32)
    (i32.store (i32.const 64) (local.get $code))
    (call $msg_cycles_refunded128 (i32.const 68))
    (call $msg_reply_data_append (i32.const 64) (i32.const 12)))
`;

export const proxyCanister = (more = '') => canister(`${PROXY}${more}`);

export interface CallThroughProxy {
  readonly callee: Principal;
  readonly method: string;
  readonly payload?: Uint8Array;
  readonly cycles?: bigint;
}

export interface ProxyAnswer {
  /** 0 when the call was replied to. */
  readonly code: number;
  readonly refunded: bigint;
  readonly data: Uint8Array;
  /** The data as text: a reject's message. */
  readonly message: string;
}

export function proxyArgument({ callee, method, payload = new Uint8Array(), cycles = 0n }: CallThroughProxy): Uint8Array {
  const id = callee.toUint8Array();
  const name = Buffer.from(method);
  const amount = Buffer.alloc(8);
  amount.writeBigUInt64LE(cycles);
  return new Uint8Array(Buffer.concat([Uint8Array.of(id.length), id, Uint8Array.of(name.length), name, amount, payload]));
}

export async function callThrough(ic: LocalIc, proxy: Principal, call: CallThroughProxy): Promise<ProxyAnswer> {
  const reply = Buffer.from(await ic.update(proxy, 'call', proxyArgument(call)));
  const data = new Uint8Array(reply.subarray(12));
  return { code: reply.readInt32LE(0), refunded: reply.readBigUInt64LE(4), data, message: Buffer.from(data).toString() };
}
