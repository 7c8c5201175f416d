import { Principal } from '@dfinity/principal';
import type { Call } from '../../surroundings.js';
import { Management } from '../management.js';
import { Client } from './client.js';
import { type FakeCanister, FakeHost } from './fake-host.js';

export const FEE = 500n;
const principal = (name: string) => Principal.selfAuthenticating(new TextEncoder().encode(name));

/** A management canister with one canister, its controller, and others who want something of it. */
export class Scene {
  readonly host = new FakeHost();
  /** Calls of `http_request`, each answered with the reply `answer`, and all cycles but one refunded. */
  readonly outcalls: Call[] = [];
  readonly management = new Management(this.host, {
    creationFee: FEE,
    httpRequest: (call, respond) => {
      this.outcalls.push(call);
      respond({ kind: 'reply', data: Buffer.from('answer') }, call.cycles - 1n);
    },
  });
  readonly controller = new Client(this.management, principal('controller'), 'ingress');
  readonly stranger = new Client(this.management, principal('stranger'), 'ingress');
  /** The canister that the controller controls, and the same as a client. */
  readonly canister: FakeCanister;
  readonly itself: Client;
  /** Another canister, of nobody in particular. */
  readonly other: Client;

  constructor() {
    this.canister = this.create([this.controller.principal]);
    this.itself = new Client(this.management, this.canister.id, 'canister');
    this.other = new Client(this.management, this.create([]).id, 'canister');
  }

  create(controllers: readonly Principal[]): FakeCanister {
    return this.find(this.host.create({ cycles: 1_000n, settings: { controllers } }));
  }

  find(id: Principal): FakeCanister {
    const canister = this.host.canister(id);
    if (canister === undefined) throw new Error(`there is no canister ${id.toText()}`);
    return canister;
  }
}
