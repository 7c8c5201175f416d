/** How the dashboard gets at the canister: as the element sees it, whoever signs people in. */
import type { Backend } from './backend.js';

/** Where to sign in, and for which canister. */
export interface ConnectOptions {
  canisterId: string;
  /** The origin that takes calls for the canister. */
  host: string;
  /** The client's own, unless given. */
  identityProvider: string | undefined;
  /** The origin that principals are made for; that of the page, unless given. */
  derivationOrigin: string | undefined;
}

/** Somebody who has signed in. */
export interface Session {
  /** As text. */
  principal: string;
  backend: Backend;
  /** Whether they control the canister; undefined where that cannot be told. */
  isController(): Promise<boolean | undefined>;
}

/** Signs in and out. */
export interface Access {
  /** The session that this browser still has, if any. */
  resume(): Promise<Session | undefined>;
  /** Opens the identity provider's window; to be called in the task of a click. Throws a {@link SignInError}. */
  signIn(): Promise<Session>;
  /** Ends the session in this browser. What was opened by it works no more, even where this fails. */
  signOut(): Promise<void>;
  /** Lets go of a session that was ended in another tab, without touching what this browser stores. */
  release(): Promise<void>;
}

export type Connect = (options: ConnectOptions) => Promise<Access>;

/** `blocked`: the browser opened no window. `closed`: somebody closed it. `failed`: the provider said why, which is the message. */
export class SignInError extends Error {
  readonly kind: 'blocked' | 'closed' | 'failed';

  constructor(kind: SignInError['kind'], message = '') {
    super(message);
    this.kind = kind;
  }
}
