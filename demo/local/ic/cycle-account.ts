/** What a canister's cycles go to, besides those it gives to other canisters. */
export const EXPENSES = ['ingress', 'execution', 'calls', 'outcalls', 'storage', 'burned'] as const;
export type Expense = (typeof EXPENSES)[number];
/** Cycles spent so far, by purpose. */
export type Expenses = Readonly<Record<Expense, bigint>>;

/** A canister's cycles, and a ledger of what they went to. */
export class CycleAccount {
  #balance: bigint;
  readonly #spent: Record<Expense, bigint> = { ingress: 0n, execution: 0n, calls: 0n, outcalls: 0n, storage: 0n, burned: 0n };

  constructor(balance: bigint) {
    this.#balance = balance;
  }

  get balance(): bigint {
    return this.#balance;
  }

  get spent(): Expenses {
    return { ...this.#spent };
  }

  /** Cycles come in, or, negative, go out to somebody else; never more than there are, whatever a test has set the balance to meanwhile. */
  add(amount: bigint): void {
    const after = this.#balance + amount;
    this.#balance = after > 0n ? after : 0n;
  }

  /** Takes cycles for good; never more than there are. */
  charge(expense: Expense, amount: bigint): void {
    const taken = amount < this.#balance ? amount : this.#balance;
    this.#balance -= taken;
    this.#spent[expense] += taken;
  }

  /** Enters into the ledger what has left the balance already. */
  note(expense: Expense, amount: bigint): void {
    this.#spent[expense] += amount;
  }
}
