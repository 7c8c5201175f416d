import { callPrice, createCanisterPrice, outcallPriceV1 } from '../../prices.js';
import { fits64, type Host, join128, min, type SystemFunctions } from './host.js';

/** Cycles ("Cycles", "Cycle cost calculation"). The balance is without what is set aside for the message under way, as on the IC. */
export function cyclesFunctions(host: Host): SystemFunctions {
  const nodes = () => BigInt(host.execution.environment.pricedNodes);
  const accept = (most: bigint) => {
    const amount = min(most, host.execution.available);
    host.execution.accepted += amount;
    return amount;
  };
  const refunded = () => host.execution.message.refunded ?? 0n;

  return {
    canister_cycle_balance: () => fits64('canister_cycle_balance', host.execution.balance),
    canister_cycle_balance128: (dst: number) => {
      host.memory.write128(dst, host.execution.balance);
    },
    canister_liquid_cycle_balance128: (dst: number) => {
      host.memory.write128(dst, host.execution.liquid);
    },
    msg_cycles_available: () => fits64('msg_cycles_available', host.execution.available),
    msg_cycles_available128: (dst: number) => {
      host.memory.write128(dst, host.execution.available);
    },
    msg_cycles_refunded: () => fits64('msg_cycles_refunded', refunded()),
    msg_cycles_refunded128: (dst: number) => {
      host.memory.write128(dst, refunded());
    },
    msg_cycles_accept: (most: bigint) => accept(most),
    msg_cycles_accept128: (high: bigint, low: bigint, dst: number) => {
      host.memory.write128(dst, accept(join128(high, low)));
    },
    cycles_burn128: (high: bigint, low: bigint, dst: number) => {
      const amount = min(join128(high, low), host.execution.liquid);
      host.execution.burned += amount;
      host.memory.write128(dst, amount);
    },

    cost_call: (methodNameSize: bigint, payloadSize: bigint, dst: number) => {
      host.memory.write128(dst, callPrice(methodNameSize, payloadSize, nodes()));
    },
    cost_create_canister: (dst: number) => {
      host.memory.write128(dst, createCanisterPrice(nodes()));
    },
    cost_http_request: (requestSize: bigint, maxResponseBytes: bigint, dst: number) => {
      host.memory.write128(dst, outcallPriceV1(requestSize, maxResponseBytes, nodes()));
    },
  };
}
