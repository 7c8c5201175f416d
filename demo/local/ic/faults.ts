/** What can be made to go wrong, or slowly, at any time while a local IC runs. By default nothing does. */
export interface Faults {
  /** How long consensus takes to bring in an ingress message, or the answer of an HTTPS outcall, in milliseconds. About 2,000 on mainnet. */
  roundMs: number;
  /** The share of HTTPS outcalls that no node gets an answer to, from 0 to 1. Which ones is drawn from the seed. */
  outcallLoss: number;
  /** How many of the nodes that make an HTTPS outcall see another answer than the rest. */
  disagreeingNodes: number;
  /** How old the state may be from which queries are answered, in milliseconds: a node that lags behind. */
  queryLagMs: number;
  /** Upgrades do all their work and then trap. */
  trapUpgrades: boolean;
  /** `stop_canister` does not wait for open calls, so that an upgrade gets the answers to the old code's calls. */
  stopAtOnce: boolean;
  /** How far the clock jumps ahead, once, while the next HTTPS outcall is under way, in milliseconds. */
  clockJumpMs: number;
}

export const NO_FAULTS: Readonly<Faults> = {
  roundMs: 0, outcallLoss: 0, disagreeingNodes: 0, queryLagMs: 0, trapUpgrades: false, stopAtOnce: false, clockJumpMs: 0,
};

/** The highest value of each fault that has one; the others are on or off. */
const HIGHEST = { roundMs: 600_000, outcallLoss: 1, disagreeingNodes: 100, queryLagMs: 3_600_000, clockJumpMs: 31_536_000_000 } as const;

/** The names of the faults as flags have them: `round-ms`. */
export const FAULT_FLAGS = Object.keys(NO_FAULTS).map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

/**
 * Reads faults from flags.
 * @param flags such as `round-ms=2000` or `trap-upgrades`
 * @throws {Error} that says what is wrong with one of them
 */
export function readFaults(flags: readonly string[]): Partial<Faults> {
  return Object.assign({}, ...flags.map(readFault)) as Partial<Faults>;
}

function readFault(flag: string): Partial<Faults> {
  const [name = '', value] = flag.split('=', 2);
  if (!FAULT_FLAGS.includes(name)) throw new Error(`There is no fault ${JSON.stringify(name)}; there are ${FAULT_FLAGS.join(', ')}.`);
  const key = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof Faults;
  if (!(key in HIGHEST)) {
    if (value !== undefined) throw new Error(`The fault ${name} takes no value.`);
    return { [key]: true };
  }
  const highest = HIGHEST[key as keyof typeof HIGHEST];
  const number = Number(value);
  const isWhole = key === 'outcallLoss' || Number.isInteger(number);
  if (!value || !isWhole || !(number >= 0 && number <= highest)) throw new Error(`The fault ${name} takes a number from 0 to ${highest}: --fault ${name}=…`);
  return { [key]: number };
}
