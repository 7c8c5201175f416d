/** Counts messages under way, so that a test can wait until nothing moves any more. */
export class Activity {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Returns a function to call at the end, once. */
  begin(): () => void {
    this.#count += 1;
    return () => {
      this.#count -= 1;
      if (this.#count > 0) return;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
    };
  }

  get busy(): boolean {
    return this.#count > 0;
  }

  /** Resolves when nothing is under way. */
  async quiet(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
