import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { isLocalHost, parseSafeUrl } from '../local-host.js';
import { VERSION } from '../version.js';
import type { Access, Connect, Session } from './access.js';
import { BackendError } from './backend.js';
import { ChecklistView } from './checklist-view.js';
import { Live } from './live.js';
import { OverviewView } from './overview-view.js';
import { button, copyable, problemCard, progress } from './parts.js';
import { impatient, inTime } from './patience.js';
import { PaymentsView } from './payments-view.js';
import { Presence, type End } from './presence.js';
import { isPrincipal } from './principal-text.js';
import { explain, type Problem } from './problems.js';
import { verifiedAddress } from './raw-host.js';
import { SettingsView, type Unsaved } from './settings-view.js';
import { styles } from './styles.js';
import type { Shell, View, ViewName } from './view.js';
import { clockInWords } from './words.js';

export type { Access, Connect, ConnectOptions, Session } from './access.js';
export type * from './backend.js';
export { BackendError } from './backend.js';
export { SignInError } from './access.js';

/** What the element shows. */
type Stage =
  | { kind: 'starting' }
  | { kind: 'misconfigured'; text: string }
  | { kind: 'unverified'; address: string }
  | { kind: 'signed-out'; problem?: Problem | undefined; isWaiting?: boolean }
  | { kind: 'opening' }
  | { kind: 'failed'; problem: Problem; retry: () => void }
  | { kind: 'refused'; principal: string }
  | { kind: 'open'; shell: Shell; views: Record<ViewName, View> & { payments: PaymentsView; settings: SettingsView }; view: ViewName };

const VIEWS: readonly ViewName[] = ['overview', 'payments', 'settings', 'setup'];
/** Where calls go on the main network, and where its canisters serve their pages. */
const [API, GATEWAY] = ['https://icp-api.io', 'icp0.io'];
const CONFIGURATION = ['canisterId', 'host', 'identityProvider', 'derivationOrigin', 'connect'] as const;

/**
 * @summary The merchant's side: payments, what needs attention, settings and set-up of a canister that confirms Stripe payments.
 *
 * @cssproperty --isp-accent - Buttons and links, and the sign of what is under way.
 * @cssproperty --isp-on-accent - The text on filled buttons.
 * @cssproperty --isp-good - What is as it should be.
 * @cssproperty --isp-wait - What is on its way.
 * @cssproperty --isp-bad - What needs somebody.
 * @cssproperty --isp-radius - The corners.
 */
export class IcStripeDashboard extends LitElement {
  /** The version of this copy of the script. */
  static readonly version = VERSION;

  static override readonly styles = styles;

  static override readonly properties = {
    canisterId: { attribute: 'canister-id' },
    host: {},
    identityProvider: { attribute: 'identity-provider' },
    derivationOrigin: { attribute: 'derivation-origin' },
    connect: { attribute: false },
  };

  /** The canister; by the host name of the page, unless given. */
  declare canisterId: string | undefined;
  /** The origin that takes calls; `https://icp-api.io`, or on localhost the page's own, unless given. */
  declare host: string | undefined;
  /** Where to sign in; Internet Identity, unless given. */
  declare identityProvider: string | undefined;
  /** The origin that principals are made for; `https://<canister>.icp0.io`, or on localhost the page's own, unless given. */
  declare derivationOrigin: string | undefined;
  /** Signs in by other means, or with a canister that is played: for tests, and for pages that have their own. */
  declare connect: Connect | undefined;

  #stage: Stage = { kind: 'starting' };
  #access: Access | undefined;
  /** Tells answers that come too late from those that are waited for. */
  #attempt = 0;
  #announcement = '';
  #focusNext: string | undefined;
  #width = 720;
  readonly #observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(([{ contentRect }]) => {
    const width = Math.round(contentRect.width);
    if (width === this.#width) return;
    this.#width = width;
    this.requestUpdate();
  });
  readonly #live = new Live(async () => {
    if (this.#stage.kind === 'open') await this.#stage.views[this.#stage.view].refresh();
  });

  readonly #presence = new Presence((end, isElsewhere) => this.#end(end, isElsewhere));
  /** What those who were signed out without having asked for it had typed, by principal. */
  readonly #unsaved = new Map<string, Unsaved>();

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeunload', this.#onUnload);
    if (this.hasUpdated) void this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.#onUnload);
    this.#live.stop();
    this.#presence.stop();
    this.#observer?.disconnect();
    this.#attempt += 1;
    this.#stage = { kind: 'starting' };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.hasUpdated || CONFIGURATION.some((name) => changed.has(name))) void this.#start();
  }

  protected override update(changed: PropertyValues): void {
    const focused = this.shadowRoot?.activeElement;
    super.update(changed);
    const view = this.renderRoot.querySelector('.view');
    if (view) this.#observer?.observe(view);
    const wanted = this.#focusNext && this.renderRoot.querySelector<HTMLElement>(this.#focusNext);
    this.#focusNext = undefined;
    // Never lost: what had the focus may be gone.
    if (wanted) wanted.focus();
    else if (focused && !focused.isConnected) this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  #go(stage: Stage): void {
    const before = this.#stage.kind;
    this.#stage = stage;
    if (stage.kind === 'open') this.#live.start();
    else this.#live.stop();
    if (before !== 'starting' && before !== stage.kind && this.shadowRoot?.activeElement) this.#focusNext = 'h2';
    this.requestUpdate();
  }

  /** Has the browser ask whether what was typed may be lost. */
  readonly #onUnload = (event: Event): void => {
    if (this.#stage.kind === 'open' && this.#stage.views.settings.isEdited) event.preventDefault();
  };

  /** The canister that is meant, by the attribute or by where the page is. */
  get #canister(): string {
    const [first, ...rest] = location.hostname.split('.');
    return this.canisterId?.trim() || (rest.length > 0 && isPrincipal(first) && first.includes('-') ? first : '');
  }

  get #isLocal(): boolean {
    return isLocalHost(location.hostname);
  }

  get #host(): string {
    return this.host || (this.#isLocal ? location.origin : API);
  }

  async #start(): Promise<void> {
    const attempt = ++this.#attempt;
    const canisterId = this.#canister;
    this.#presence.stop();
    this.#go({ kind: 'starting' });
    const verified = verifiedAddress(location.href);
    if (verified) return this.#go({ kind: 'unverified', address: verified });
    if (!isPrincipal(canisterId) || !canisterId.includes('-')) return this.#go({ kind: 'misconfigured', text: 'Set canister-id to the id of the canister, as in uxrrr-q7777-77774-qaaaq-cai.' });
    if (!parseSafeUrl(this.#host)) return this.#go({ kind: 'misconfigured', text: 'Set host to an address that begins with https://.' });
    const origin = this.derivationOrigin || (this.#isLocal ? undefined : `https://${canisterId}.${GATEWAY}`);
    try {
      const connect = this.connect ?? (await import('./ic.js')).connect;
      const access = await connect({ canisterId, host: new URL(this.#host).origin, identityProvider: this.identityProvider || undefined, derivationOrigin: origin });
      if (attempt !== this.#attempt) return;
      this.#access = access;
      const session = await access.resume();
      if (attempt !== this.#attempt) return;
      if (session) await this.#open(session);
      else this.#go({ kind: 'signed-out' });
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(error, () => void this.#start());
    }
  }

  #signIn(): void {
    const attempt = ++this.#attempt;
    // In the task of the click, or browsers open no window.
    const session = this.#access!.signIn();
    this.#go({ kind: 'signed-out', isWaiting: true });
    session.then(
      (session) => (attempt === this.#attempt ? this.#open(session) : undefined),
      (error: unknown) => {
        if (attempt === this.#attempt) this.#go({ kind: 'signed-out', problem: explain(error) });
      },
    );
  }

  /** Signs out, and forgets all that was shown. */
  async signOut(): Promise<void> {
    this.#unsaved.clear();
    this.#leave();
    await this.#forget();
  }

  /** Ends the session at this browser; in whatever way that fails, nothing of it is shown any more. */
  async #forget(): Promise<void> {
    try {
      await this.#access?.signOut();
    } catch {
      this.#leave('This browser still keeps your session. Delete what it has stored for this site, or whoever uses it next is signed in as you.');
    }
  }

  #end(end: End, isElsewhere: boolean): void {
    if (end === 'left') this.#unsaved.clear();
    else this.#keep();
    this.#leave(end === 'idle' ? `Nobody was here for 30 minutes, so you were signed out. Sign in again to go on.${this.#kept}` : 'You have signed out in another tab.');
    void (isElsewhere ? this.#access?.release().catch(() => undefined) : this.#forget());
  }

  /** Keeps what was typed, for when the same person signs in again. */
  #keep(): void {
    if (this.#stage.kind !== 'open') return;
    const { shell, views } = this.#stage;
    const { unsaved } = views.settings;
    if (unsaved) this.#unsaved.set(shell.session.principal, unsaved);
  }

  get #kept(): string {
    return this.#unsaved.size > 0 ? ' What you typed in the settings is kept until then, but for keys and secrets.' : '';
  }

  #leave(words?: string): void {
    this.#attempt += 1;
    this.#announcement = '';
    this.#presence.leave();
    this.#go({ kind: 'signed-out', ...(words && { problem: { text: words, remedy: 'none' } }) });
  }

  #fail(error: unknown, retry: () => void): void {
    const problem = explain(error);
    if (problem.remedy === 'sign-in') this.#lose(problem.text);
    else this.#go({ kind: 'failed', problem, retry });
  }

  /** The session has run out. */
  #lose(words: string): void {
    this.#keep();
    this.#presence.stop();
    this.#leave(`${words}${this.#kept}`);
  }

  async #open({ backend, ...rest }: Session): Promise<void> {
    const session: Session = { ...rest, backend: impatient(backend) };
    const attempt = ++this.#attempt;
    this.#go({ kind: 'opening' });
    this.#presence.start();
    try {
      const [settings, isController] = await Promise.all([session.backend.getSettings(), inTime(session.isController()).catch(() => undefined)]);
      if (attempt !== this.#attempt) return;
      const shell = this.#shell(session, settings, isController);
      const unsaved = this.#unsaved.get(session.principal);
      const views = { overview: new OverviewView(shell), payments: new PaymentsView(shell), settings: new SettingsView(shell, unsaved), setup: new ChecklistView(shell) };
      const view = unsaved ? 'settings' : 'overview';
      this.#unsaved.delete(session.principal);
      this.#go({ kind: 'open', shell, views, view });
      views[view].open();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error instanceof BackendError && error.kind === 'not_admin') this.#go({ kind: 'refused', principal: session.principal });
      else this.#fail(error, () => void this.#open(session));
    }
  }

  #shell(session: Session, settings: Shell['settings'], isController: boolean | undefined): Shell {
    const canisterId = this.#canister;
    const host = new URL(this.#host);
    const isLocal = isLocalHost(host.hostname);
    const width = () => this.#width;
    const shell: Shell = {
      session,
      settings,
      isController,
      canisterId,
      isLocal,
      webhook: isLocal ? `${host.protocol}//${canisterId}.localhost${host.port && `:${host.port}`}/webhook` : `https://${canisterId}.${GATEWAY}/webhook`,
      get width() {
        return width();
      },
      update: () => this.requestUpdate(),
      announce: (text) => {
        this.#announcement = text;
        this.requestUpdate();
      },
      explain: (error) => {
        const problem = explain(error);
        // Somebody who was an administrator, and is none any more, sees nothing either.
        if (problem.remedy === 'sign-in' && this.#stage.kind === 'open' && this.#stage.shell === shell) {
          if (error instanceof BackendError && error.kind === 'not_admin') this.#go({ kind: 'refused', principal: session.principal });
          else this.#lose(problem.text);
        }
        return problem;
      },
      show: (view) => this.#show(view),
      showPayment: (id) => {
        this.#show('payments');
        if (this.#stage.kind === 'open') this.#stage.views.payments.showPayment(id);
      },
      showReference: (reference) => {
        this.#show('payments');
        if (this.#stage.kind === 'open') this.#stage.views.payments.showReference(reference);
      },
      hasFocus: (selector) => this.shadowRoot?.activeElement?.matches(selector) === true,
      focus: (selector) => {
        this.#focusNext = selector;
        this.requestUpdate();
      },
    };
    return shell;
  }

  #show(view: ViewName): void {
    if (this.#stage.kind !== 'open') return;
    this.#stage = { ...this.#stage, view };
    this.#focusNext = 'h2';
    this.#announcement = '';
    this.#stage.views[view].open();
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    return html`<div class="base" lang="en">${this.#stage.kind === 'open' ? this.#dashboard(this.#stage) : this.#door(this.#stage)}<div class="hidden" role="status" id="news">${this.#announcement}</div></div>`;
  }

  #dashboard({ shell, views, view }: Stage & { kind: 'open' }): TemplateResult {
    const { principal } = shell.session;
    const { asOf } = views[view];
    return html`<div class="top">
        <p class="brand">Stripe payments <span class="quiet" title=${shell.canisterId}>${shell.canisterId}</span></p>
        <p class="who"><span class="quiet" title=${principal}>${principal.slice(0, 5)}…${principal.slice(-3)}</span>${button('Sign out', () => void this.signOut(), { kind: 'plain' })}</p>
      </div>
      <nav aria-label="Dashboard">${VIEWS.map((name) => html`<button type="button" aria-current=${name === view ? 'page' : nothing} @click=${() => this.#show(name)}>${views[name].title}</button>`)}</nav>
      <section class="view" aria-labelledby="view-title"><div class="head"><h2 tabindex="-1" id="view-title">${views[view].title}${shell.settings.livemode ? nothing : html` <span class="badge test">Test mode</span>`}</h2>${asOf === undefined ? nothing : html`<p class="quiet">As of ${clockInWords(asOf)}</p>`}</div>${views[view].render()}</section>`;
  }

  /** What everybody sees who is not in. */
  #door(stage: Exclude<Stage, { kind: 'open' }>): TemplateResult {
    return html`<section class="door card" aria-labelledby="view-title"><h2 tabindex="-1" id="view-title">${stage.kind === 'refused' ? 'You are not an administrator' : 'Payments dashboard'}</h2>${this.#atTheDoor(stage)}</section>`;
  }

  #atTheDoor(stage: Exclude<Stage, { kind: 'open' }>): TemplateResult {
    switch (stage.kind) {
      case 'starting':
      case 'opening':
        return html`<div role="status">${progress(stage.kind === 'starting' ? 'Starting…' : 'Reading the settings…')}</div>`;
      case 'misconfigured':
        return problemCard({ text: stage.text, remedy: 'none' });
      case 'unverified':
        return html`<p>What comes from this address is one node’s word, and nobody verifies it: it could be made up. So nobody signs in here.</p><p><a href=${stage.address}>Open the dashboard at its verified address</a></p>`;
      case 'failed':
        return html`${problemCard(stage.problem, stage.retry)}${this.#access ? button('Sign out', () => void this.signOut(), { kind: 'plain' }) : nothing}`;
      case 'refused':
        return this.#refused(stage.principal);
      case 'signed-out':
        return html`<p>Sign in to see the payments of this canister, and to set it up.</p>
          ${problemCard(stage.problem)}
          <div class="actions">${button(stage.isWaiting ? 'Open the window again' : stage.problem?.remedy === 'retry' ? 'Try again' : 'Sign in with Internet Identity', () => this.#signIn(), { kind: 'main', id: 'sign-in' })}</div>
          <div role="status">${stage.isWaiting ? progress('Sign in in the window that opened…') : nothing}</div>`;
    }
  }

  #refused(principal: string): TemplateResult {
    const argument = `'(record { admins = opt vec { principal "${principal}" } })'`;
    const isLocal = isLocalHost(new URL(this.#host).hostname);
    const announce = (text: string) => {
      this.#announcement = text;
      this.requestUpdate();
    };
    return html`<p>You are signed in as</p>${copyable(principal, 'your principal', announce)}
      <p>A controller of the canister can make you an administrator; the first one can be made in no other way. The command replaces the list, so those who are to stay must be in it, too.</p>
      ${copyable(`icp canister call stripe_backend -e ${isLocal ? 'demo' : 'ic'} update_settings ${argument}`, 'the command for icp', announce)}
      <p>or, with the older command line,</p>
      ${copyable(`dfx canister call ${isLocal ? '' : '--ic '}${this.#canister} update_settings ${argument}`, 'the command for dfx', announce)}
      <div class="actions">${button('Try again', () => void this.#start(), { kind: 'main' })}${button('Sign out', () => void this.signOut())}</div>`;
  }
}
