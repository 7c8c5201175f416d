/** What this browser remembers of the payments that a tag set out for. */
import { CERTAIN } from './commons.js';
import { attempts } from './memory.js';
import type { Options } from './options.js';
import { isMadeFrom } from './reference.js';

/** What is paid by a tag with these options, and who confirms it. */
export function identityOf({ paymentLink, gateway, canisterId }: Options): string {
  return [paymentLink, gateway, canisterId].join(' ');
}

/** Whether a tag with these options has made the reference; `by` is the identity of the tag that did. */
export function isMine(options: Options, reference: string, by: string | undefined): boolean {
  return by === identityOf(options) && isMadeFrom(options.reference, reference);
}

/** The attempts of such a tag, the newest first. */
export function remembered(options: Options): ReturnType<typeof attempts.list> {
  return attempts.list().filter(([reference, { tag }]) => isMine(options, reference, tag));
}

/** How well a session, or a reference, fits them; see `Tag.fit` in commons.ts. */
export function fit(options: Options, id: string): number {
  const fitting = remembered(options);
  if (fitting.some(([reference, { session }]) => reference === id || session === id)) return CERTAIN;
  // A guess: of the pending attempts, the last one made is the likeliest to come back.
  return fitting.find(([, { session }]) => !session)?.[1].created ?? 0;
}
