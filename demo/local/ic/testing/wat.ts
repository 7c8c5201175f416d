import binaryen from 'binaryen';

/** Types of the System API functions that test canisters use. */
const IC0: Record<string, string> = {
  msg_arg_data_size: '(result i32)',
  msg_arg_data_copy: '(param i32 i32 i32)',
  msg_caller_size: '(result i32)',
  msg_caller_copy: '(param i32 i32 i32)',
  msg_reply: '',
  msg_reply_data_append: '(param i32 i32)',
  msg_reject: '(param i32 i32)',
  msg_reject_code: '(result i32)',
  msg_reject_msg_size: '(result i32)',
  msg_reject_msg_copy: '(param i32 i32 i32)',
  msg_cycles_available128: '(param i32)',
  msg_cycles_refunded128: '(param i32)',
  msg_cycles_accept128: '(param i64 i64 i32)',
  msg_deadline: '(result i64)',
  msg_method_name_size: '(result i32)',
  accept_message: '',
  canister_self_size: '(result i32)',
  canister_self_copy: '(param i32 i32 i32)',
  canister_status: '(result i32)',
  canister_version: '(result i64)',
  canister_cycle_balance128: '(param i32)',
  is_controller: '(param i32 i32) (result i32)',
  call_new: '(param i32 i32 i32 i32 i32 i32 i32 i32)',
  call_on_cleanup: '(param i32 i32)',
  call_data_append: '(param i32 i32)',
  call_with_best_effort_response: '(param i32)',
  call_cycles_add128: '(param i64 i64)',
  call_perform: '(result i32)',
  stable_size: '(result i32)',
  stable_grow: '(param i32) (result i32)',
  stable_write: '(param i32 i32 i32)',
  stable_read: '(param i32 i32 i32)',
  stable64_size: '(result i64)',
  stable64_grow: '(param i64) (result i64)',
  stable64_write: '(param i64 i64 i64)',
  stable64_read: '(param i64 i64 i64)',
  certified_data_set: '(param i32 i32)',
  data_certificate_present: '(result i32)',
  subnet_self_size: '(result i32)',
  cost_http_request_v2: '(param i32 i32 i32)',
  performance_counter: '(param i32) (result i64)',
  canister_liquid_cycle_balance128: '(param i32)',
  cycles_burn128: '(param i64 i64 i32)',
  time: '(result i64)',
  global_timer_set: '(param i64) (result i64)',
  in_replicated_execution: '(result i32)',
  debug_print: '(param i32 i32)',
  trap: '(param i32 i32)',
};

/** Functions that most test canisters want; unused ones do no harm. Addresses below 1,024 are theirs. */
const PRELUDE = `
  (func $reply_bytes (param $at i32) (param $size i32)
    (call $msg_reply_data_append (local.get $at) (local.get $size))
    (call $msg_reply))
  (func $reply_i32 (param $value i32)
    (i32.store (i32.const 0) (local.get $value))
    (call $reply_bytes (i32.const 0) (i32.const 4)))
  (func $reply_i64 (param $value i64)
    (i64.store (i32.const 0) (local.get $value))
    (call $reply_bytes (i32.const 0) (i32.const 8)))
  ;; The argument as one number of four bytes.
  (func $arg_i32 (result i32)
    (call $msg_arg_data_copy (i32.const 16) (i32.const 0) (i32.const 4))
    (i32.load (i32.const 16)))
`;

/** Assembles a canister from the fields of a module in text form; imports and a memory of 64 pages are added. */
export function canister(fields: string, { memory = '(memory 64)', prelude = PRELUDE } = {}): Uint8Array {
  const text = `${prelude}${fields}`;
  const used = new Set([...text.matchAll(/\$(\w+)/g)].map(([, name]) => name));
  const imports = Object.entries(IC0)
    .filter(([name]) => used.has(name))
    .map(([name, type]) => `(import "ic0" "${name}" (func $${name} ${type}))`);
  const module = binaryen.parseText(`(module ${imports.join('\n')} ${memory} ${text})`);
  try {
    module.setFeatures(binaryen.Features.All);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

export const NO_ARGUMENT = new Uint8Array();

/** A number as the four bytes that `$arg_i32` reads. */
export function i32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const readI32 = (bytes: Uint8Array) => view(bytes).getInt32(0, true);
export const readI64 = (bytes: Uint8Array) => view(bytes).getBigUint64(0, true);
