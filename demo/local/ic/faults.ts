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
