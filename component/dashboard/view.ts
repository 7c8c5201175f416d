/** What a view of the dashboard is, and what it gets from the element around it. */
import type { TemplateResult } from 'lit';
import type { Session } from './access.js';
import type { Settings } from './backend.js';
import type { Problem } from './problems.js';

export type ViewName = 'overview' | 'payments' | 'settings' | 'setup';

/** One of the pages behind the menu. It keeps what it knows while others are shown. */
export interface View {
  readonly title: string;
  /** When what it shows was last read, in seconds since 1970. */
  readonly asOf?: number | undefined;
  /** Called each time that it comes to be shown. */
  open(): void;
  /** Called every few seconds while it is shown. Throws where it failed. */
  refresh(): Promise<void>;
  render(): TemplateResult;
}

/** The element, as its views see it. */
export interface Shell {
  readonly session: Session;
  readonly canisterId: string;
  /** Where Stripe is to send its events. */
  readonly webhook: string;
  /** Whether the canister runs on this machine. */
  readonly isLocal: boolean;
  /** Undefined where it cannot be told. */
  readonly isController: boolean | undefined;
  /** As the canister last told them. */
  settings: Settings;
  /** Pixels that a view has from side to side. */
  readonly width: number;
  /** Draws again. */
  update(): void;
  /** Has a screen reader say something, when it is done with what it says. */
  announce(text: string): void;
  /** Explains what was thrown; where the session is over, the element sees to it. */
  explain(error: unknown): Problem;
  /** Shows a view. */
  show(view: ViewName): void;
  /** Shows a payment. */
  showPayment(id: string): void;
  /** Shows the payments with a reference. */
  showReference(reference: string): void;
  /** Moves the focus to the first match, once it is drawn. */
  focus(selector: string): void;
  /** Whether the first match has the focus. */
  hasFocus(selector: string): boolean;
}
