import type { Principal } from '@dfinity/principal';
import { controllers, findCanister, permitted } from './access.js';
import { CanisterId, type CandidSettings, CreateCanisterArgs, decodeArgument, emptyReply, encodeReply, ProvisionalCreateArgs, TopUpArgs } from './candid.js';
import type { Handler, ManagementCall, World } from './method.js';
import { ErrorCode, ManagementError } from './refusal.js';
import { checkSettings, MAX_CYCLES } from './settings.js';

/** Spec, `create_canister`: the cycles that come with the call, less a fee, are the canister's first balance. */
export const createCanister: Handler = (call, world) => {
  const { settings } = decodeArgument<CreateCanisterArgs>(CreateCanisterArgs, call.argument);
  const { creationFee } = world;
  if (call.cycles < creationFee) {
    throw new ManagementError(
      ErrorCode.InsufficientCyclesForCreateCanister,
      `Creating a canister requires a fee of ${creationFee} that is deducted from the canister's initial balance but only ${call.cycles} cycles were received with the create_canister request.`,
    );
  }
  return create({ cycles: call.cycles - creationFee, settings: settings[0] }, call, world);
};

/** Spec, `provisional_create_canister_with_cycles`: cycles out of thin air. */
export const provisionalCreateCanisterWithCycles: Handler = (call, world) => {
  const { amount, settings, specified_id } = decodeArgument<ProvisionalCreateArgs>(ProvisionalCreateArgs, call.argument);
  const [cycles = world.host.defaultCycles] = amount;
  checkAmount(cycles);
  return create({ id: specified_id[0], cycles, settings: settings[0] }, call, world);
};

/** Spec, `provisional_top_up_canister`: of any canister, by anyone. */
export const provisionalTopUpCanister: Handler = (call, { host }) => {
  const { canister_id, amount } = decodeArgument<TopUpArgs>(TopUpArgs, call.argument);
  checkAmount(amount);
  findCanister(canister_id, host).deposit(amount);
  return emptyReply();
};

/** Spec, `deposit_cycles`: into any canister, by any canister. */
export const depositCycles: Handler = (call, { host }) => {
  const { canister_id } = decodeArgument<CanisterId>(CanisterId, call.argument);
  findCanister(canister_id, host).deposit(call.cycles);
  return emptyReply();
};

export const startCanister: Handler = (call, world) => {
  const { canister_id } = decodeArgument<CanisterId>(CanisterId, call.argument);
  permitted(canister_id, controllers, call, world).start();
  return emptyReply();
};

/** Spec, `stop_canister`: replies once the canister is stopped. */
export const stopCanister: Handler = async (call, world) => {
  const { canister_id } = decodeArgument<CanisterId>(CanisterId, call.argument);
  await permitted(canister_id, controllers, call, world).stop();
  return emptyReply();
};

interface NewCanister {
  readonly id?: Principal;
  readonly cycles: bigint;
  readonly settings: CandidSettings | undefined;
}

function create({ id, cycles, settings }: NewCanister, call: ManagementCall, { host, kept }: World): Uint8Array {
  if (id !== undefined) checkId(id, host.canister(id) !== undefined);
  const { canister, other } = settings === undefined ? { canister: {}, other: {} } : checkSettings(settings);
  const created = host.create({ id, cycles, settings: { controllers: [call.caller], ...canister } });
  kept.change(created, other);
  return encodeReply(CanisterId, { canister_id: created });
}

function checkId(id: Principal, taken: boolean): void {
  const bytes = id.toUint8Array();
  if (bytes.length !== 10 || bytes[8] !== 1 || bytes[9] !== 1) {
    throw new ManagementError(ErrorCode.CanisterNotHostedBySubnet, `Unsuccessful validation of specified ID: ${id.toText()} is not a canister id, which has 10 bytes of which the last two are 1`);
  }
  if (taken) throw new ManagementError(ErrorCode.CanisterIdAlreadyExists, `Unsuccessful canister creation: canister id ${id.toText()} already exists.`);
}

function checkAmount(cycles: bigint): void {
  if (cycles > MAX_CYCLES) throw new ManagementError(ErrorCode.InvalidManagementPayload, `Amount of cycles expected to be in the range of [0..2^128-1], got ${cycles}`);
}
