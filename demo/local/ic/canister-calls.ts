import { Principal } from '@dfinity/principal';
import { CallContext, type Respond } from './call-context.js';
import type { CanisterCore } from './canister-core.js';
import type { Effects, Message, Outcome, OutgoingCall } from './machine/execution.js';
import { ingressPrice, transmissionPrice } from './prices.js';
import { ErrorCode, reject, RejectCode, rejectWith, type Response } from './reject.js';
import type { Call } from './surroundings.js';

const MANAGEMENT_ID = Principal.managementCanister();
const MANAGEMENT = MANAGEMENT_ID.toUint8Array();
/** A heartbeat comes about this often; the spec leaves it open. */
const HEARTBEAT_NS = 1_000_000_000n;
/** The longest that a bounded-wait call waits, in seconds (spec: MAX_CALL_TIMEOUT). */
const MAX_CALL_TIMEOUT = 300;

/**
 * A canister's calls: those it is called by, each with its call context until it is answered, and those it makes. While a
 * context waits for the answers to its calls, other messages get their turn.
 */
export class CanisterCalls {
  readonly #core: CanisterCore;
  readonly #nodes: bigint;
  readonly #contexts = new Set<CallContext>();
  /** Those of code that has been uninstalled: nothing of them is executed any more. */
  readonly #deleted = new WeakSet<CallContext>();
  #cancelHeartbeat: () => void = () => undefined;
  #whenIdle: ((isIdle: boolean) => void)[] = [];

  constructor(core: CanisterCore) {
    this.#core = core;
    this.#nodes = BigInt(core.around.pricedNodes);
  }

  /** A call from outside or from a canister, of an update or, replicated, of a query. */
  receive(call: Call, respond: Respond): void {
    void this.#core.serially(async () => {
      const refusal = this.#core.refusal() ?? this.#core.outOfCycles();
      if (refusal !== undefined) {
        respond(refusal, call.cycles);
        return;
      }
      call.onStart?.();
      if (call.origin === 'ingress') this.#core.upkeep.account.charge('ingress', ingressPrice(requestBytes(call), this.#nodes));
      const { updates, queries } = this.#core.code;
      const kind = updates.has(call.method) ? 'update' : queries.has(call.method) ? 'query' : undefined;
      if (kind === undefined) {
        respond(this.#core.error(ErrorCode.CanisterMethodNotFound, `Canister has no update method '${call.method}'.`), call.cycles);
        return;
      }
      const context = this.#open(new CallContext(call.origin, call.caller, call.cycles, call.deadline, respond));
      const entry = { name: `canister_${kind} ${call.method}` };
      const outcome = await this.#core.run(context, { mode: kind === 'update' ? 'U' : 'RQ', entry, argument: call.argument }, kind === 'update');
      this.#conclude(context, outcome);
    });
  }

  /** A timer or heartbeat, unless it is no longer due when its turn comes. */
  systemTask(name: 'canister_global_timer' | 'canister_heartbeat', stillDue: () => boolean): void {
    void this.#core.serially(async () => {
      // While the canister is not running, or frozen, its timer waits; whoever starts it or pays for it arms it again.
      if ((this.#core.refusal() ?? this.#core.outOfCycles()) !== undefined) return;
      if (!stillDue() || !this.#core.code.entryPoints.has(name)) return;
      const context = this.#open(new CallContext('timer', MANAGEMENT, 0n, 0n, undefined));
      this.#conclude(context, await this.#core.run(context, { mode: 'T', entry: { name } }, true));
    });
  }

  /** Lets the heart beat, or rest, as the canister's code has one or not. */
  armHeartbeat(): void {
    this.#cancelHeartbeat();
    if (this.#core.machine?.code.entryPoints.has('canister_heartbeat') !== true) return;
    const { clock } = this.#core.around;
    this.#cancelHeartbeat = clock.at(clock.now() + HEARTBEAT_NS, () => {
      this.armHeartbeat();
      this.systemTask('canister_heartbeat', () => true);
    });
  }

  /** Resolves with true when no call waits for this canister any more, or with false when nobody waits for that any more. */
  async idle(): Promise<boolean> {
    return this.#contexts.size === 0 || new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Ends the wait of those who wait for the canister to come to rest. */
  noLongerAwaited(): void {
    this.#tell(false);
  }

  /** Whoever waits for the canister gets a reject. What it waits for itself will only give back cycles, even if new code is there by then. */
  rejectAll(message: string): void {
    for (const context of this.#contexts) {
      this.#deleted.add(context);
      if (context.needsResponse) context.respond(rejectWith(ErrorCode.CanisterRejectedMessage, message));
    }
  }

  #open(context: CallContext): CallContext {
    this.#contexts.add(context);
    return context;
  }

  /** Carries out what the message asked for, then ends the context if nothing can answer it any more. */
  #conclude(context: CallContext, outcome: Outcome): void {
    if (outcome.kind === 'returned') this.#apply(context, outcome.effects);
    this.#settle(context, outcome.kind === 'trapped' ? outcome.message : undefined);
  }

  #apply(context: CallContext, effects: Effects): void {
    this.#core.apply(effects);
    context.available -= effects.accepted;
    for (const call of effects.calls) this.#send(context, call);
    if (effects.response !== undefined) context.respond(effects.response);
  }

  #send(context: CallContext, call: OutgoingCall): void {
    context.outstanding += 1;
    const { around, id, time } = this.#core;
    const bounded = call.timeoutSeconds !== undefined;
    const deadline = bounded ? time + BigInt(Math.min(call.timeoutSeconds, MAX_CALL_TIMEOUT)) * 1_000_000_000n : 0n;
    let answered = false;
    const deliver: Respond = (response, refunded) => {
      if (answered) return; // after the deadline of a bounded-wait call; its cycles are lost, as on the IC
      answered = true;
      cancelDeadline();
      this.#callBack(context, call, response, refunded);
    };
    const cancelDeadline = bounded
      ? around.clock.at(deadline, () => {
          deliver(reject(RejectCode.SysUnknown, 'Call deadline has expired.'), 0n);
        })
      : () => undefined;
    around.send({ ...call, origin: 'canister', caller: id.toUint8Array(), deadline }, deliver);
  }

  #callBack(context: CallContext, call: OutgoingCall, response: Response, refunded: bigint): void {
    void this.#core.serially(async () => {
      context.outstanding -= 1;
      this.#takeBack(call, response, refunded);
      if (this.#deleted.has(context)) {
        this.#settle(context, undefined);
        return;
      }
      const replied = response.kind === 'reply';
      const given: Partial<Message> = replied ? { argument: response.data } : { rejection: { code: response.code, message: response.message } };
      const outcome = await this.#core.run(context, { mode: replied ? 'Ry' : 'Rt', entry: replied ? call.onReply : call.onReject, refunded, ...given }, true);
      this.#conclude(context, outcome.kind === 'trapped' ? await this.#cleanUp(context, call, given, outcome) : outcome);
    });
  }

  /** Takes back the cycles that a call did not use. */
  #takeBack(call: OutgoingCall, response: Response, refunded: bigint): void {
    const { account } = this.#core.upkeep;
    const responseBytes = response.kind === 'reply' ? response.data.length : Buffer.byteLength(response.message);
    const transmission = transmissionPrice(requestBytes(call), BigInt(responseBytes), this.#nodes);
    account.add(refunded + call.reserved - transmission);
    account.note('calls', transmission);
    const isOutcall = call.method === 'http_request' && Principal.fromUint8Array(call.callee).compareTo(MANAGEMENT_ID) === 'eq';
    if (isOutcall) account.note('outcalls', call.cycles - refunded);
    this.#core.globalTimer.arm(); // which does not ring in vain while cycles are held back for calls
  }

  /** "Executed if and only if the reply or the reject callback was executed and trapped." The trap stays the outcome. */
  async #cleanUp(context: CallContext, call: OutgoingCall, given: Partial<Message>, trap: Outcome & { kind: 'trapped' }): Promise<Outcome> {
    if (call.onCleanup === undefined) return trap;
    const outcome = await this.#core.run(context, { mode: 'C', entry: call.onCleanup, rejection: given.rejection }, true);
    if (outcome.kind === 'trapped') return { ...trap, message: `${trap.message}\ncall_on_cleanup also failed:\n\n${outcome.message}` };
    this.#apply(context, outcome.effects);
    return trap;
  }

  /** Rejects a call that nothing can answer any more ("Call context starvation"), and forgets contexts that have ended. */
  #settle(context: CallContext, trap: string | undefined): void {
    if (context.outstanding > 0) return;
    if (context.needsResponse) context.respond(trap === undefined ? this.#core.error(ErrorCode.CanisterDidNotReply, 'Canister did not reply to the call') : this.#core.trapped(trap));
    this.#contexts.delete(context);
    if (this.#contexts.size === 0) this.#tell(true);
  }

  #tell(isIdle: boolean): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve(isIdle);
  }
}

function requestBytes({ method, argument }: { method: string; argument: Uint8Array }): bigint {
  return BigInt(Buffer.byteLength(method) + argument.length);
}
