import { Principal } from '@dfinity/principal';
import { createHash } from 'node:crypto';
import { RejectCode, RejectError } from '../../reject.js';
import type { CanisterControl, CanisterSettings, ManagementHost, UpgradeOptions } from '../canister-control.js';

const DEFAULTS: CanisterSettings = {
  controllers: [],
  computeAllocation: 0n,
  memoryAllocation: 0n,
  freezingThreshold: 2_592_000n,
  reservedCyclesLimit: 5_000_000_000_000n,
  wasmMemoryLimit: 0n,
  wasmMemoryThreshold: 0n,
  environmentVariables: new Map(),
};

/** What was installed, and how. */
export interface Installation {
  readonly mode: 'install' | 'reinstall' | 'upgrade';
  readonly wasm: Uint8Array;
  readonly argument: Uint8Array;
  readonly sender: string;
  readonly options?: UpgradeOptions;
}

/** A canister that writes down what is done to it. A module `bad` is refused. */
export class FakeCanister implements CanisterControl {
  readonly id: Principal;
  readonly chunks = new Map<string, Uint8Array>();
  readonly installations: Installation[] = [];
  readonly idleCyclesPerDay = 17n;
  status: CanisterControl['status'] = 'running';
  version = 0n;
  cycles: bigint;
  settings: CanisterSettings;
  moduleHash: Uint8Array | undefined;
  memory = { heap: 0n, stable: 0n, module: 0n, chunkStore: 0n };
  #stopping: { resolve: () => void; reject: (error: RejectError) => void }[] = [];

  constructor(id: Principal, cycles: bigint, settings: Partial<CanisterSettings>) {
    this.id = id;
    this.cycles = cycles;
    this.settings = { ...DEFAULTS, ...settings };
  }

  isController(principal: Principal): boolean {
    return this.settings.controllers.some((controller) => controller.toText() === principal.toText());
  }

  updateSettings(changes: Partial<CanisterSettings>): void {
    this.settings = { ...this.settings, ...changes };
  }

  deposit(cycles: bigint): void {
    this.cycles += cycles;
  }

  install(wasm: Uint8Array, argument: Uint8Array, sender: Principal, mode: 'install' | 'reinstall'): Promise<void> {
    return this.#install({ mode, wasm, argument, sender: sender.toText() });
  }

  upgrade(wasm: Uint8Array, argument: Uint8Array, sender: Principal, options: UpgradeOptions): Promise<void> {
    return this.#install({ mode: 'upgrade', wasm, argument, sender: sender.toText(), options });
  }

  async uninstall(): Promise<void> {
    await Promise.resolve();
    this.moduleHash = undefined;
  }

  start(): void {
    this.status = 'running';
    this.#settle(({ reject }) => {
      reject(new RejectError(RejectCode.CanisterError, 'the canister was started again'));
    });
  }

  /** Waits for {@link openCallsEnd}. */
  stop(): Promise<void> {
    this.status = 'stopping';
    return new Promise((resolve, reject) => this.#stopping.push({ resolve, reject }));
  }

  openCallsEnd(): void {
    this.status = 'stopped';
    this.#settle(({ resolve }) => {
      resolve();
    });
  }

  #settle(how: (waiting: { resolve: () => void; reject: (error: RejectError) => void }) => void): void {
    const waiting = this.#stopping;
    this.#stopping = [];
    waiting.forEach(how);
  }

  async #install(installation: Installation): Promise<void> {
    await Promise.resolve();
    if (Buffer.from(installation.wasm).toString() === 'bad') throw new RejectError(RejectCode.CanisterError, 'The Wasm module is refused');
    this.moduleHash = createHash('sha256').update(installation.wasm).digest();
    this.installations.push(installation);
  }
}

/** A local IC of fake canisters. */
export class FakeHost implements ManagementHost {
  readonly canisters = new Map<string, FakeCanister>();
  readonly defaultCycles = 3_000n;
  #created = 0;

  canister(id: Principal): FakeCanister | undefined {
    return this.canisters.get(id.toText());
  }

  create({ id = this.#nextId(), cycles, settings }: { id?: Principal; cycles: bigint; settings: Partial<CanisterSettings> }): Principal {
    if (this.canisters.has(id.toText())) throw new Error('taken');
    this.canisters.set(id.toText(), new FakeCanister(id, cycles, settings));
    return id;
  }

  random(bytes: number): Uint8Array {
    return new Uint8Array(bytes).fill(7);
  }

  #nextId(): Principal {
    this.#created += 1;
    return Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, this.#created, 1, 1));
  }
}
