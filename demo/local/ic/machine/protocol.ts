import type { CanisterModule } from '../canister-module.js';
import type { Environment, Message, Outcome } from './execution.js';
import type { HeapState, Image } from './image.js';

/** What a thread is asked to do, one thing at a time; see {@link Runner} for each. */
export type Command =
  | { readonly do: 'load'; readonly code: CanisterModule }
  | { readonly do: 'execute'; readonly message: Message; readonly environment: Environment }
  | { readonly do: 'commit' }
  | { readonly do: 'restore'; readonly heap: HeapState };

/** What each command is answered with. */
export interface Results {
  readonly load: undefined;
  readonly execute: Outcome;
  readonly commit: HeapState;
  readonly restore: undefined;
}

/** From the thread: a line that the canister prints, or what became of the command. */
export type FromThread = { readonly line: string } | { readonly result: Results[keyof Results] } | { readonly failed: string };

/** What a thread begins with. */
export interface ThreadData {
  readonly image: Image;
}
