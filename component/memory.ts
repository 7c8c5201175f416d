import { createRecords } from './records.js';
import type { Own } from './state.js';

const DAY = 86_400_000;

/** How long after it was set out for a payment can still be made, in milliseconds: a session lives a day. */
export const SESSION_LIVES = 1.1 * DAY;

/** A payment this browser set out to make, kept under its reference until its state is final. */
export interface Attempt {
  /** The identity of the tag that made it: payment link, gateway and canister. */
  tag: string;
  /** The session's id, once it is known. */
  session?: string;
}

/**
 * Attempts by reference. A session is open for a day and a delayed payment takes up to 21 more;
 * an attempt outlives its tab, so it is in localStorage.
 */
export const attempts = createRecords<Attempt>(() => localStorage, 'attempt', 22 * DAY);

/**
 * Sessions whose `paid` event has fired, by id. In localStorage and for more than a year:
 * a return address bookmarked and opened again is the same payment, not another.
 */
export const announced = createRecords<{ own: Own }>(() => localStorage, 'paid', 400 * DAY);

/** A payment that this tab shows. */
export interface Shown {
  /** What the address brought back. */
  value: string;
  own: Own;
  /** Whether the state was final when it was last drawn. */
  final: boolean;
}

/**
 * What each page of this tab shows, by its cleaned address, so that a reload shows it again.
 * In sessionStorage: another tab, or the shop visited anew another day, starts with the button.
 */
export const shown = createRecords<Shown>(() => sessionStorage, 'shown', 22 * DAY);
