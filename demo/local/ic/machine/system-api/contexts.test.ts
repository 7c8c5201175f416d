import { describe, expect, test } from 'vitest';
import { Execution } from '../execution.js';
import { createImage } from '../image.js';
import { StableMemory } from '../stable-memory.js';
import { CONTEXTS, type Mode, MODE_NAMES } from './contexts.js';
import { WasmMemory } from './host.js';
import { createSystemApi } from './index.js';

/** Every parameter of every function; more than a function takes does no harm. */
const ARGUMENTS: Record<string, (number | bigint)[]> = {
  stable64_grow: [0n], stable64_read: [0n, 0n, 0n], stable64_write: [0n, 0n, 0n], global_timer_set: [0n],
  msg_cycles_accept: [0n], msg_cycles_accept128: [0n, 0n, 0], cycles_burn128: [0n, 0n, 0], call_cycles_add: [0n], call_cycles_add128: [0n, 0n],
  cost_call: [0n, 0n, 0], cost_http_request: [0n, 0n, 0],
};

function tryToCall(name: string, mode: Mode): string | undefined {
  const environment = {
    self: Uint8Array.of(1), controllers: [], time: 1n, version: 1n, status: 1 as const, balance: 10n, freezingLimit: 0n, available: 0n, contextInstructions: 0n,
    globalTimer: 0n, variables: new Map(), certificate: undefined, pricedNodes: 13, rootKey: Uint8Array.of(1), subnet: Uint8Array.of(1),
  };
  const execution = new Execution({ mode, entry: { name: 'f' }, caller: Uint8Array.of(4), needsResponse: true, rejection: { code: 2, message: 'no' } }, environment);
  const buffer = new ArrayBuffer(65_536);
  const ic0 = createSystemApi({ memory: new WasmMemory(() => buffer), stable: new StableMemory(createImage(65_536).stable), execution, log: () => undefined });
  try {
    ic0[name]?.(...(ARGUMENTS[name] ?? [0, 0, 0, 0, 0, 0, 0, 0]));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const modes = Object.keys(MODE_NAMES) as Mode[];
/** Where a few functions may be called from, counted by hand from the interface specification. */
const BY_HAND: Record<string, Mode[]> = {
  msg_reply: ['U', 'RQ', 'NRQ', 'TQ', 'Ry', 'Rt'],
  msg_arg_data_copy: ['I', 'U', 'RQ', 'NRQ', 'TQ', 'Ry', 'F'],
  msg_reject_msg_size: ['Rt'],
  msg_cycles_refunded128: ['Ry', 'Rt'],
  call_perform: ['U', 'Ry', 'Rt', 'T'],
  call_cycles_add128: ['U', 'Ry', 'Rt', 'T'],
  certified_data_set: ['I', 'G', 'U', 'Ry', 'Rt', 'T'],
  global_timer_set: ['I', 'G', 'U', 'Ry', 'Rt', 'C', 'T'],
  accept_message: ['F'],
  data_certificate_size: ['NRQ'],
  time: ['I', 'G', 'U', 'RQ', 'NRQ', 'TQ', 'Ry', 'Rt', 'C', 'F', 'T'],
  stable64_write: modes,
  trap: modes,
};

describe.each(Object.keys(CONTEXTS))('%s', (name) => {
  test('traps with its name wherever the spec does not allow it, and only there', () => {
    const refused = modes.filter((mode) => tryToCall(name, mode)?.startsWith(`Canister violated contract: ic0.${name} cannot be called from ${MODE_NAMES[mode]}`));
    const allowed = (BY_HAND[name] ?? CONTEXTS[name]?.split(' ') ?? []);
    expect(refused).toEqual(modes.filter((mode) => !allowed.includes(mode)));
  });
});

test('what is not implemented says so by name', () => {
  const missing = Object.keys(CONTEXTS).filter((name) => modes.some((mode) => tryToCall(name, mode) === `Canister trapped: ic0.${name} is not implemented in the local IC`));
  expect(missing).toEqual(['cost_http_request_v2', 'cost_sign_with_ecdsa', 'cost_sign_with_schnorr', 'cost_vetkd_derive_key']);
});
