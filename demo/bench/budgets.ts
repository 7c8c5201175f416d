/** What each number may be at most. */

/** A number that a measurement may reach, and what it is held against. */
export interface Budget {
  readonly most: number;
  readonly because: string;
}

/** By the name of the measurement. A measurement without one is for information. */
export const BUDGETS: Readonly<Record<string, Budget>> = {
  init: { most: 2_050_000_000, because: 'it took 1.66 G before it had files to serve, 1.83 G before other canisters and shoppers had methods' },
  'query that answers, raw host': { most: 580_000, because: 'the first canister of this kind, in Motoko, took 0.58 M' },
  'query that upgrades, raw host': { most: 400_000, because: 'a prototype took 0.34 M, of which 0.11 M are an empty query' },
  'update that asks Stripe, with nothing to certify': { most: 10_000_000, because: 'a prototype took 6.4 M, the first canister 75.5 M' },
  'update that confirms, all certified answers kept': { most: 40_000_000, because: 'SHA-256 takes 0.5 M a block, and there are forty' },
  'certified query': { most: 6_000_000, because: 'base64 of the certificate alone takes 3.4 M in a plain loop' },
  'query for the script': { most: 70_000_000, because: 'hashing the tree of all files is 49 M of it; a browser asks once in five minutes' },
  'webhook, beyond 11 k a byte': { most: 4_000_000, because: 'SHA-256 by the usual library takes 26 k a byte' },
  'webhook with full metadata, beyond 11 k a byte': { most: 4_000_000, because: 'SHA-256 by the usual library takes 26 k a byte' },
  'confirmed payment, pricing v2': { most: 90_000_000, because: 'the first canister took about 225 M' },
  'confirmed payment, pricing v1': { most: 170_000_000, because: 'the first canister took about 225 M' },
  'growth of a query that answers': { most: 1.25, because: 'a prototype\'s insert grew by 1.23' },
  'growth of a query that upgrades': { most: 1.25, because: 'a prototype\'s insert grew by 1.23' },
  'growth of an update that confirms': { most: 1.25, because: 'a prototype\'s insert grew by 1.23' },
  'idle canister': { most: 1_300_000_000, because: 'an empty Azle canister takes 0.84 G, each map 0.09 G more' },
  'ic-stripe-pay.js, gzip': { most: 15_000, because: 'Lit alone is 5,985 B, and the hashes of the languages are 900 B' },
  'element without Lit, gzip': { most: 9_500, because: 'it is the whole of it: languages, and words for site builders, are loaded when they are needed' },
  'its registration, gzip': { most: 300, because: 'it defines the tag, and tells of another version that was first' },
  'controller, gzip': { most: 5_620, because: 'all of the logic, and where to sign in; 5,000 B was hoped for, and would cost a feature' },
  'largest language, gzip': { most: 1_500, because: 'there are thirty texts' },
  'requests from return to paid, rounds of 0 s': { most: 1, because: 'polling until done takes one every 500 ms' },
  'requests from return to paid, rounds of 2 s': { most: 1, because: 'polling until done takes one every 500 ms' },
};
