/** Does a task again and again while somebody looks. */

/** Milliseconds between two runs, and at most after failures. */
const [USUALLY, AT_MOST] = [10_000, 160_000];

/** Runs a task while the page is visible, less and less often while it fails. */
export class Live {
  readonly #task: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = USUALLY;
  #isOn = false;
  #isRunning = false;

  /** @param task says what fails itself; that it throws only makes the next run later */
  constructor(task: () => Promise<void>) {
    this.#task = task;
  }

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#wait = USUALLY;
    document.addEventListener('visibilitychange', this.#look);
    this.#arm();
  }

  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#look);
  }

  readonly #look = (): void => {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') void this.#run();
  };

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#isOn && document.visibilityState === 'visible') this.#timer = setTimeout(() => void this.#run(), this.#wait);
  }

  async #run(): Promise<void> {
    if (!this.#isOn || this.#isRunning) return;
    this.#isRunning = true;
    try {
      await this.#task();
      this.#wait = USUALLY;
    } catch {
      this.#wait = Math.min(this.#wait * 2, AT_MOST);
    }
    this.#isRunning = false;
    this.#arm();
  }
}
