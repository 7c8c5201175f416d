/**
 * From where a System API function may be called, by the letters of the interface specification ("Overview of imports"):
 * I init or post_upgrade, G pre_upgrade, U update, RQ replicated query, NRQ non-replicated query, TQ transform of an
 * HTTPS outcall, CQ composite query, Ry reply callback, Rt reject callback, C cleanup callback, CRy, CRt and CC those of
 * composite queries, F inspect_message, T system task (timer or heartbeat), s the module's start function.
 */
export type Mode = 'I' | 'G' | 'U' | 'RQ' | 'NRQ' | 'TQ' | 'Ry' | 'Rt' | 'C' | 'F' | 'T' | 's';

/** For messages to people. */
export const MODE_NAMES: Record<Mode, string> = {
  I: 'canister_init or canister_post_upgrade',
  G: 'canister_pre_upgrade',
  U: 'an update',
  RQ: 'a replicated query',
  NRQ: 'a query',
  TQ: 'the transform of an HTTPS outcall',
  Ry: 'a reply callback',
  Rt: 'a reject callback',
  C: 'a cleanup callback',
  F: 'canister_inspect_message',
  T: 'a timer or heartbeat',
  s: 'the start function',
};

const ANY = 'I G U RQ NRQ TQ CQ Ry Rt CRy CRt C CC F T';
const RESPONDING = 'U RQ NRQ TQ CQ Ry Rt CRy CRt';
const CALLING = 'U CQ Ry Rt CRy CRt T';
const CALLER_INFO = 'U RQ NRQ CQ Ry Rt CRy CRt C CC F';

/** Every function of the System API, implemented here or not; `*` is spelled out as ANY. */
export const CONTEXTS: Record<string, string | undefined> = {
  msg_arg_data_size: 'I U RQ NRQ TQ CQ Ry CRy F',
  msg_arg_data_copy: 'I U RQ NRQ TQ CQ Ry CRy F',
  msg_caller_size: ANY,
  msg_caller_copy: ANY,
  msg_caller_info_data_size: CALLER_INFO,
  msg_caller_info_data_copy: CALLER_INFO,
  msg_caller_info_signer_size: CALLER_INFO,
  msg_caller_info_signer_copy: CALLER_INFO,
  msg_reject_code: 'Ry Rt CRy CRt C',
  msg_reject_msg_size: 'Rt CRt',
  msg_reject_msg_copy: 'Rt CRt',
  msg_deadline: 'U RQ NRQ TQ CQ Ry Rt CRy CRt',
  msg_reply_data_append: RESPONDING,
  msg_reply: RESPONDING,
  msg_reject: RESPONDING,
  msg_cycles_available: 'U RQ Rt Ry',
  msg_cycles_available128: 'U RQ Rt Ry',
  msg_cycles_refunded: 'Rt Ry',
  msg_cycles_refunded128: 'Rt Ry',
  msg_cycles_accept: 'U RQ Rt Ry',
  msg_cycles_accept128: 'U RQ Rt Ry',
  cycles_burn128: 'I G U RQ Ry Rt C T',
  canister_self_size: ANY,
  canister_self_copy: ANY,
  canister_cycle_balance: ANY,
  canister_cycle_balance128: ANY,
  canister_liquid_cycle_balance128: ANY,
  canister_status: ANY,
  canister_version: ANY,
  subnet_self_size: ANY,
  subnet_self_copy: ANY,
  msg_method_name_size: 'F',
  msg_method_name_copy: 'F',
  accept_message: 'F',
  call_new: CALLING,
  call_on_cleanup: CALLING,
  call_data_append: CALLING,
  call_with_best_effort_response: CALLING,
  call_cycles_add: 'U Ry Rt T',
  call_cycles_add128: 'U Ry Rt T',
  call_perform: CALLING,
  stable_size: `${ANY} s`,
  stable_grow: `${ANY} s`,
  stable_write: `${ANY} s`,
  stable_read: `${ANY} s`,
  stable64_size: `${ANY} s`,
  stable64_grow: `${ANY} s`,
  stable64_write: `${ANY} s`,
  stable64_read: `${ANY} s`,
  root_key_size: 'I G U RQ Ry Rt C T',
  root_key_copy: 'I G U RQ Ry Rt C T',
  certified_data_set: 'I G U Ry Rt T',
  data_certificate_present: ANY,
  data_certificate_size: 'NRQ CQ',
  data_certificate_copy: 'NRQ CQ',
  time: ANY,
  global_timer_set: 'I G U Ry Rt C T',
  performance_counter: `${ANY} s`,
  is_controller: `${ANY} s`,
  in_replicated_execution: `${ANY} s`,
  cost_call: `${ANY} s`,
  cost_create_canister: `${ANY} s`,
  cost_http_request: `${ANY} s`,
  cost_http_request_v2: `${ANY} s`,
  cost_sign_with_ecdsa: `${ANY} s`,
  cost_sign_with_schnorr: `${ANY} s`,
  cost_vetkd_derive_key: `${ANY} s`,
  env_var_count: ANY,
  env_var_name_size: ANY,
  env_var_name_copy: ANY,
  env_var_name_exists: ANY,
  env_var_value_size: ANY,
  env_var_value_copy: ANY,
  debug_print: `${ANY} s`,
  trap: `${ANY} s`,
};

const ALLOWED = new Map(Object.entries(CONTEXTS).map(([name, modes]) => [name, new Set(modes?.split(' '))]));

export function isAllowed(name: string, mode: Mode): boolean {
  return ALLOWED.get(name)?.has(mode) ?? false;
}
