/** Whether somebody is here: in this tab, or in another one with the dashboard. */

/** Milliseconds without a sign of anybody, after which nobody is here; and between two messages to the other tabs that somebody is. */
const [IDLE_AFTER, TOLD_EVERY] = [30 * 60_000, 10_000];
/** What only people cause. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
/** The tabs of one origin share it, as they share the session. */
const CHANNEL = 'ic-stripe-dashboard';

/** Why a session is over. `idle`: nobody was here. `left`: somebody signed out. */
export type End = 'idle' | 'left';

/** Watches over a session while it lasts: that nobody leaves it open, and that it ends in all tabs at once. */
export class Presence {
  readonly #onEnd: (end: End, isElsewhere: boolean) => void;
  #channel: BroadcastChannel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSign = 0;
  #lastTold = 0;

  /** @param onEnd told that the session is to end: nobody is here, or it has ended in another tab */
  constructor(onEnd: (end: End, isElsewhere: boolean) => void) {
    this.#onEnd = onEnd;
  }

  start(): void {
    this.stop();
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === 'here') this.#lastSign = Date.now();
      else if (data === 'idle' || data === 'left') this.#end(data, true);
    };
    for (const sign of SIGNS) window.addEventListener(sign, this.#see, { capture: true, passive: true });
    this.#lastSign = Date.now();
    this.#lastTold = 0;
    this.#watch();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#channel?.close();
    this.#channel = undefined;
    for (const sign of SIGNS) window.removeEventListener(sign, this.#see, { capture: true });
  }

  /** Ends the session in all other tabs. */
  leave(end: End = 'left'): void {
    this.#channel?.postMessage(end);
    this.stop();
  }

  /** By the clock, since timers stand still while a computer sleeps. */
  get #isIdle(): boolean {
    return Date.now() - this.#lastSign >= IDLE_AFTER;
  }

  readonly #see = (): void => {
    // Whoever comes first after half an hour may be somebody else.
    if (this.#isIdle) return this.#end('idle', false);
    this.#lastSign = Date.now();
    if (this.#lastSign - this.#lastTold < TOLD_EVERY) return;
    this.#lastTold = this.#lastSign;
    this.#channel?.postMessage('here');
  };

  #watch(): void {
    if (this.#isIdle) return this.#end('idle', false);
    this.#timer = setTimeout(() => this.#watch(), Math.max(1_000, this.#lastSign + IDLE_AFTER - Date.now()));
  }

  #end(end: End, isElsewhere: boolean): void {
    if (isElsewhere) this.stop();
    else this.leave(end);
    this.#onEnd(end, isElsewhere);
  }
}
