import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { BackendError, type Connection, type Settings, type SettingsChanges } from './backend.js';
import { button, outside, problemCard, progress } from './parts.js';
import type { Problem } from './problems.js';
import { changesOf, conflicts, CONTROLLERS_ONLY, draftOf, FIELDS, isEdited, LABELS, merge, MERGED, rebase, valueInWords, withoutSecrets, type Draft, type Field, type FulfillerDraft } from './settings-draft.js';
import { faultsOf } from './settings-rules.js';
import { newKeyPage } from './stripe-pages.js';
import type { Shell, View } from './view.js';

const MODES = { payment: 'One-off payments', subscription: 'First payments of subscriptions' };
const HINTS: Partial<Record<Field, string>> = {
  livemode: 'Live payments are money; test payments are not.',
  payment_links: 'Ids (plink_…), one a line. Nothing: payments of every link count.',
  shoppers_sign_in: 'Signed-in shoppers can have their references bound to them.',
  pricing_version: 'How the Internet Computer charges for asking Stripe.',
  api_host: 'Where Stripe is asked. Whoever moves it could read the key.',
  idempotent_proxy: 'The host of an idempotent proxy, or nothing. It sees the key, and could forge answers.',
  admins: 'Principals, one a line, besides the controllers.',
  fulfillers: 'Canisters, or others with a principal, that deliver what is paid for.',
  domains: 'Hosts, besides the canister’s own, that show this dashboard, one a line.',
};

/** What somebody typed and has not saved, with the settings that it was about. */
export interface Unsaved {
  base: Settings;
  draft: Draft;
}

/** The settings, to be read and changed. What was typed outlives the changes of others. */
export class SettingsView implements View {
  readonly title = 'Settings';
  readonly #shell: Shell;
  /** What the draft was made of. */
  #base: Settings;
  #draft: Draft;
  #faults: Partial<Record<Field, string>> = {};
  #isSaving = false;
  #isSaved = false;
  /** What somebody else has changed meanwhile. */
  #conflict: Field[] | undefined;
  #problem: Problem | undefined;
  /** Whether the last changes may have been made although no answer came. */
  #isLost = false;
  /** What Stripe says to the key and mode that were saved last; `busy` while it is asked. */
  #connection: Connection | 'busy' | undefined;

  /** @param unsaved what was typed in an earlier session */
  constructor(shell: Shell, unsaved?: Unsaved) {
    this.#shell = shell;
    this.#base = unsaved?.base ?? shell.settings;
    this.#draft = unsaved?.draft ?? draftOf(this.#base);
  }

  /** What would be lost with the page; of keys and secrets nothing. */
  get unsaved(): Unsaved | undefined {
    const draft = withoutSecrets(this.#draft);
    return isChange(changesOf(draft, this.#base)) ? { base: this.#base, draft } : undefined;
  }

  open(): void {
    this.#isSaved = false;
    if (this.#base.revision !== this.#shell.settings.revision) this.#takeOver(this.#shell.settings);
  }

  /** Tells early that somebody else has changed the settings. */
  async refresh(): Promise<void> {
    if (this.#isSaving) return;
    try {
      const theirs = await this.#shell.session.backend.getSettings();
      if (!this.#isSaving && theirs.revision !== this.#base.revision) this.#takeOver(theirs);
    } catch (error) {
      // Only the end of the session matters here: what fails otherwise is told when something is saved.
      this.#shell.explain(error);
      throw error;
    }
    this.#shell.update();
  }

  #takeOver(theirs: Settings): void {
    const changed = conflicts(this.#draft, this.#base, theirs);
    this.#draft = rebase(this.#draft, this.#base, theirs);
    this.#base = this.#shell.settings = theirs;
    this.#conflict = changed.length > 0 ? changed : undefined;
    this.#isSaved = this.#isLost && changed.length === 0 && !this.isEdited;
    if (this.#isSaved) this.#problem = undefined;
    this.#isLost = false;
  }

  async #save(): Promise<void> {
    if (this.#isSaving || !this.isEdited) return;
    this.#isSaved = false;
    this.#problem = this.#connection = undefined;
    this.#faults = faultsOf(this.#draft);
    if (Object.keys(this.#faults).length > 0) {
      this.#shell.update();
      this.#shell.focus('#faults');
      return;
    }
    const sent = this.#draft;
    const changes = changesOf(sent, this.#base);
    this.#isSaving = true;
    this.#shell.update();
    try {
      this.#base = this.#shell.settings = await this.#shell.session.backend.updateSettings(changes);
      // What was typed while it was under way is not saved yet.
      this.#draft = merge(this.#draft, sent, draftOf(this.#base));
      this.#conflict = undefined;
      this.#isLost = false;
      this.#isSaved = !this.isEdited;
    } catch (error) {
      await this.#explain(error);
    }
    this.#isSaving = false;
    this.#shell.update();
    if (this.#conflict) this.#shell.focus('#conflict');
    else if (!this.#problem) await this.#try(changes);
  }

  /** Has Stripe asked with a new key, or in another mode. */
  async #try({ api_key: key, livemode }: SettingsChanges): Promise<void> {
    if ((key === undefined && livemode === undefined) || this.#base.api_key === '') return;
    this.#connection = 'busy';
    this.#shell.update();
    try {
      this.#connection = await this.#shell.session.backend.checkConnection();
    } catch (error) {
      this.#connection = { works: false, message: `They are saved, but whether the key works could not be told. ${this.#shell.explain(error).text}` };
    }
    this.#shell.update();
  }

  /** Refused, perhaps because somebody else was first: that their revision is another one tells. */
  async #explain(error: unknown): Promise<void> {
    this.#problem = this.#shell.explain(error);
    // A refusal is an answer: nothing was changed by it, but perhaps by the call before it.
    this.#isLost ||= !(error instanceof BackendError && error.kind === 'refused');
    try {
      const theirs = await this.#shell.session.backend.getSettings();
      if (theirs.revision === this.#base.revision) return;
      this.#takeOver(theirs);
      this.#problem = undefined;
    } catch {
      // The first failure is the one to tell.
    }
  }

  /** Whether there is more to send than the revision. */
  get isEdited(): boolean {
    return isChange(changesOf(this.#draft, this.#base));
  }

  #set(changes: Partial<Draft>): void {
    this.#draft = { ...this.#draft, ...changes };
    this.#isSaved = false;
    if (Object.keys(this.#faults).length > 0) this.#faults = faultsOf(this.#draft);
    this.#shell.update();
  }

  render(): TemplateResult {
    const { isEdited } = this;
    return html`<form novalidate @submit=${(event: Event) => {
      event.preventDefault();
      void this.#save();
    }}>
      ${this.#summary()}
      <fieldset class="card"><legend>Stripe</legend>${this.#key()}${this.#select('livemode', [['true', 'Live'], ['false', 'Test']])}${this.#secrets()}</fieldset>
      <fieldset class="card"><legend>What counts as paid</legend>
        ${this.#text('payment_links', true)}
        ${this.#group('accept_modes', Object.entries(MODES).map(([mode, label]) => this.#check(label, this.#draft.accept_modes.includes(mode), (isOn) => this.#set({ accept_modes: Object.keys(MODES).filter((each) => (each === mode ? isOn : this.#draft.accept_modes.includes(each))) }))))}
        ${this.#group('accept_no_payment_required', this.#check('Count as paid', this.#draft.accept_no_payment_required, (isOn) => this.#set({ accept_no_payment_required: isOn })))}
      </fieldset>
      <fieldset class="card"><legend>Shoppers and costs</legend>
        ${this.#group('shoppers_sign_in', this.#check('May sign in', this.#draft.shoppers_sign_in, (isOn) => this.#set({ shoppers_sign_in: isOn })))}
        ${this.#select('pricing_version', [['2', 'Version 2: by what is used'], ['1', 'Version 1: by the most that could be used']])}
      </fieldset>
      <fieldset class="card"><legend>For controllers</legend>
        ${this.#shell.isController === false ? html`<p class="notice">Only a controller of the canister may change these, since each could be used to read the key or to take over the dashboard. You are an administrator, not a controller.</p>` : nothing}
        ${this.#shell.isController === undefined ? html`<p class="quiet">Only a controller of the canister may change these; whether you are one cannot be told here, but the canister knows.</p>` : nothing}
        ${this.#text('admins', true)}${this.#text('domains', true)}${this.#fulfillers()}
        ${this.#select('replicated', [['true', 'Every node, so that none can lie'], ['false', 'One node, for a thirteenth of the requests: it could make up a payment']])}
        ${this.#text('api_host')}${this.#text('idempotent_proxy')}
      </fieldset>
      <div class="save">
        ${problemCard(this.#problem, () => void this.#save())}
        <div role="status" class="answer">${this.#connection === 'busy' ? progress('Asking Stripe with the new settings…') : this.#connection && html`<p class="notice ${this.#connection.works ? 'good' : 'bad'}">${this.#connection.message}</p>`}</div>
        <button type="submit" class="main" aria-disabled=${this.#isSaving || !isEdited ? 'true' : nothing}>Save</button>
        ${isEdited && !this.#isSaving ? button('Undo changes', () => this.#set(draftOf(this.#base)), { kind: 'plain' }) : nothing}
        <span role="status">${this.#isSaving ? progress('Saving…') : this.#isSaved ? html`<span class="good">Saved.</span>` : isEdited ? 'Not saved yet.' : nothing}</span>
      </div>
    </form>`;
  }

  #summary(): TemplateResult {
    const faults = FIELDS.filter((field) => this.#faults[field]);
    return html`${this.#conflict
      ? html`<div class="notice bad" id="conflict" role="alert" tabindex="-1">
          <p><strong>Someone else changed the settings meanwhile:</strong> ${this.#conflict.map((field) => LABELS[field]).join(', ')}. Nothing that you typed is lost: fields that you had edited show yours, lists have the changes of both, and all others show theirs. Look them over, and save.</p>
        </div>`
      : nothing}
    ${faults.length > 0
      ? html`<div class="notice bad" id="faults" tabindex="-1"><p><strong>Not saved yet. Mend this first:</strong></p><ul>${faults.map((field) => html`<li><a href="#${field}" @click=${(event: Event) => {
          event.preventDefault();
          this.#shell.focus(`#${field}`);
        }}>${LABELS[field]}</a>: ${this.#faults[field]}</li>`)}</ul></div>`
      : nothing}`;
  }

  #isReserved(field: Field): boolean {
    return CONTROLLERS_ONLY.has(field) && this.#shell.isController === false;
  }

  /** What stands under a field, and its ids for `aria-describedby`. */
  #notes(field: Field): { ids: string | typeof nothing; notes: TemplateResult } {
    const [hint, fault] = [HINTS[field], this.#faults[field]];
    const theirs = this.#conflict?.includes(field) && (isEdited(field, this.#draft, this.#base) ? `Changed by someone else, to: ${valueInWords(field, this.#base)}. This is ${MERGED.has(field) ? 'that with your changes' : 'what you typed'}.` : 'Changed by someone else.');
    const notes = [['hint', hint], ['theirs', theirs], ['fault', fault]].filter((note): note is [string, string] => Boolean(note[1]));
    return {
      ids: notes.map(([kind]) => `${field}-${kind}`).join(' ') || nothing,
      notes: html`${notes.map(([kind, text]) => html`<span class=${kind} id="${field}-${kind}">${text}</span>`)}`,
    };
  }

  #text(field: 'payment_links' | 'admins' | 'domains' | 'api_host' | 'idempotent_proxy', isLong = false): TemplateResult {
    const { ids, notes } = this.#notes(field);
    const onInput = (event: Event) => this.#set({ [field]: (event.target as HTMLInputElement).value });
    const value = this.#draft[field];
    const [invalid, reserved] = [this.#faults[field] ? 'true' : nothing, this.#isReserved(field)];
    return html`<div class="field"><label for=${field}>${LABELS[field]}</label>${
      isLong
        ? html`<textarea id=${field} rows=${Math.min(8, Math.max(2, value.split('\n').length))} spellcheck="false" autocapitalize="off" aria-describedby=${ids} aria-invalid=${invalid} ?readonly=${reserved} .value=${live(value)} @input=${onInput}></textarea>`
        : html`<input id=${field} spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby=${ids} aria-invalid=${invalid} ?readonly=${reserved} .value=${live(value)} @input=${onInput} />`
    }${notes}</div>`;
  }

  #select(field: 'livemode' | 'replicated' | 'pricing_version', options: [string, string][]): TemplateResult {
    const { ids, notes } = this.#notes(field);
    const value = String(this.#draft[field]);
    if (this.#isReserved(field)) return html`<div class="field"><label for=${field}>${LABELS[field]}</label><input id=${field} readonly aria-describedby=${ids} .value=${options.find(([option]) => option === value)?.[1] ?? value} />${notes}</div>`;
    const onChange = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      this.#set({ [field]: field === 'pricing_version' ? Number(chosen) : chosen === 'true' });
    };
    return html`<div class="field"><label for=${field}>${LABELS[field]}</label><select id=${field} aria-describedby=${ids} aria-invalid=${this.#faults[field] ? 'true' : nothing} .value=${live(value)} @change=${onChange}>${options.map(([option, label]) => html`<option value=${option} ?selected=${option === value}>${label}</option>`)}</select>${notes}</div>`;
  }

  #group(field: Field, content: unknown): TemplateResult {
    const { ids, notes } = this.#notes(field);
    return html`<div class="field" role="group" id=${field} tabindex="-1" aria-labelledby="${field}-label" aria-describedby=${ids}><span class="label" id="${field}-label">${LABELS[field]}</span>${content}${notes}</div>`;
  }

  #check(label: string, isOn: boolean, onChange: (isOn: boolean) => void): TemplateResult {
    return html`<label class="check"><input type="checkbox" .checked=${live(isOn)} @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)} />${label}</label>`;
  }

  #key(): TemplateResult {
    const { ids, notes } = this.#notes('api_key');
    const { withoutKey, api_key: key, livemode } = this.#draft;
    return html`<div class="field"><label for="api_key">${LABELS.api_key}</label>
      <input id="api_key" type="password" autocomplete="off" spellcheck="false" ?disabled=${withoutKey} aria-describedby="api_key-now ${ids}" aria-invalid=${this.#faults.api_key ? 'true' : nothing} .value=${live(withoutKey ? '' : key)} @input=${(event: Event) => this.#set({ api_key: (event.target as HTMLInputElement).value })} />
      <span class="hint" id="api_key-now">${this.#base.api_key === '' ? 'There is none now, so only webhooks tell of payments.' : html`The one in use ends in <code>${this.#base.api_key}</code>. Leave this empty to keep it; a new one replaces it at once.`} ${outside(newKeyPage(livemode), 'Make a restricted key')}</span>
      ${this.#check('No key: webhooks only', withoutKey, (isOn) => this.#set({ withoutKey: isOn }))}${notes}</div>`;
  }

  #secrets(): TemplateResult {
    const { ids, notes } = this.#notes('webhook_secrets');
    const { keptSecrets: kept, newSecret } = this.#draft;
    const secrets = this.#base.webhook_secrets;
    return html`<div class="field" role="group" aria-labelledby="secrets-label"><span class="label" id="secrets-label">${LABELS.webhook_secrets}</span>
      ${secrets.length > 0 ? secrets.map((secret, index) => this.#check(`Keep the one that ends in ${secret}`, kept.includes(secret), (isOn) => this.#set({ keptSecrets: secrets.filter((each, other) => (other === index ? isOn : kept.includes(each))) }))) : html`<span class="hint">There is none yet, so webhooks are refused.</span>`}
      <label for="webhook_secrets">Add one</label>
      <input id="webhook_secrets" type="password" autocomplete="off" spellcheck="false" aria-describedby="secrets-hint ${ids}" aria-invalid=${this.#faults.webhook_secrets ? 'true' : nothing} .value=${live(newSecret)} @input=${(event: Event) => this.#set({ newSecret: (event.target as HTMLInputElement).value })} />
      <span class="hint" id="secrets-hint">To roll a secret, add the new one and keep the old one until Stripe no longer signs with it; then untick it.</span>${notes}</div>`;
  }

  #fulfillers(): TemplateResult {
    const { fulfillers } = this.#draft;
    const isReserved = this.#isReserved('fulfillers');
    const change = (index: number, changes: Partial<FulfillerDraft>) => this.#set({ fulfillers: fulfillers.map((each, other) => (other === index ? { ...each, ...changes } : each)) });
    const input = (index: number, name: keyof FulfillerDraft, label: string) => {
      const id = `fulfiller-${index}-${name}`;
      return html`<label for=${id}>${label}</label><input id=${id} spellcheck="false" autocapitalize="off" autocomplete="off" ?readonly=${isReserved} .value=${live(fulfillers[index][name].replaceAll('\n', ' '))} @input=${(event: Event) => change(index, { [name]: (event.target as HTMLInputElement).value })} />`;
    };
    return this.#group('fulfillers', html`
      ${fulfillers.map((_, index) => html`<div class="nested" role="group" aria-label="Fulfiller ${index + 1}">
        ${input(index, 'canister', 'Principal')}${input(index, 'payment_links', 'Payment links (plink_…)')}${input(index, 'method', 'Method to call, if any')}
        ${isReserved ? nothing : button(html`Remove<span class="hidden"> fulfiller ${index + 1}</span>`, () => {
          this.#set({ fulfillers: fulfillers.filter((_, other) => other !== index) });
          this.#shell.focus('#fulfillers');
        }, { kind: 'plain' })}
      </div>`)}
      ${isReserved ? (fulfillers.length === 0 ? html`<span>None</span>` : nothing) : button('Add a fulfiller', () => {
        this.#set({ fulfillers: [...fulfillers, { canister: '', payment_links: '', method: '' }] });
        this.#shell.focus(`#fulfiller-${fulfillers.length}-canister`);
      }, { kind: 'plain' })}
    `);
  }
}

/** Whether there is more to send than the revision. */
function isChange(changes: SettingsChanges): boolean {
  return Object.keys(changes).length > 1;
}
