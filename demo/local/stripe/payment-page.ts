import { html, type Fragment } from '../html.js';
import type { Answer } from './http.js';
import { formatAmount } from './money.js';
import { page, standInNote } from './page.js';
import { METHOD_FIELD, type Field, type Rejection } from './payment-form.js';
import { PAYMENT_SCRIPT } from './payment-script.js';
import type { PaymentMethod } from './session-object.js';
import type { SessionRecord } from './sessions.js';

/** The payment page of a session, with what was wrong with the form where it came back. */
export function paymentPage(record: SessionRecord, rejected?: Rejection): Answer {
  const { session, link } = record;
  const merchant = session.branding_settings?.display_name ?? 'Demo shop';
  return page({
    title: `${link?.product ?? 'Payment'} – ${merchant}`,
    status: rejected ? 402 : 200,
    script: PAYMENT_SCRIPT,
    body: html`
<div class="checkout">
  ${summary(record, merchant)}
  <main class="payment">
    ${form(record, rejected)}
  </main>
</div>`,
  });
}

function summary(record: SessionRecord, merchant: string): Fragment {
  const { session, link } = record;
  return html`
  <header class="summary">
    <div class="summary-inner">
      <p class="merchant"><span class="initial" aria-hidden="true">${merchant.slice(0, 1)}</span>${merchant}
        ${!session.livemode && html`<span class="badge">TEST MODE</span>`}</p>
      <h1><span class="product">${link?.product ?? 'Payment'}</span> <span class="amount">${price(record)}</span></h1>
      ${session.mode === 'subscription' && html`<p class="terms">per month</p>`}
      ${link?.image !== undefined && html`<img class="image" src="${link.image}" alt="">`}
      ${standInNote()}
    </div>
  </header>`;
}

function form(record: SessionRecord, rejected?: Rejection): Fragment {
  const { session, visit } = record;
  const methods = session.payment_method_types as PaymentMethod[];
  const chosen = rejected?.method ?? methods[0] ?? 'card';
  return html`
    <form method="post" action="/c/pay/${session.id}" novalidate>
      <fieldset>
        <legend>Contact information</legend>
        ${field(
          {
            id: 'email',
            label: 'Email',
            type: 'email',
            autocomplete: 'email',
            value: rejected?.shopper.email ?? visit?.email ?? '',
            readonly: visit?.emailLocked ?? false,
          },
          rejected,
        )}
      </fieldset>
      <fieldset>
        <legend>Payment method</legend>
        <div class="methods">
          ${methods.map((method) => methodChoice(method, method === chosen, methods.length > 1, rejected))}
        </div>
      </fieldset>
      <fieldset>
        <legend class="hidden">Billing details</legend>
        ${field(
          {
            id: 'billingName',
            label: 'Name',
            autocomplete: 'name',
            placeholder: 'Full name',
            value: rejected?.shopper.name ?? '',
          },
          rejected,
        )}
        <label for="billingCountry">Country or region</label>
        <select id="billingCountry" name="billingCountry" autocomplete="billing country">
          ${COUNTRIES.map(
            ([code, name]) =>
              html`<option value="${code}"${rejected?.shopper.country === code && html` selected`}>${name}</option>`,
          )}
        </select>
      </fieldset>
      <p class="form-error" id="form-error" role="alert"></p>
      <button class="SubmitButton" type="submit">
        <span class="label">${session.mode === 'subscription' ? 'Subscribe' : html`Pay ${price(record)}`}</span>
        <span class="busy" aria-hidden="true">Processing…</span>
      </button>
    </form>`;
}

function methodChoice(
  method: PaymentMethod,
  chosen: boolean,
  choice: boolean,
  rejected?: Rejection,
): Fragment {
  const id = `payment-method-accordion-item-title-${method}`;
  const { label } = METHODS[method];
  const title = choice
    ? html`<input type="radio" id="${id}" name="${METHOD_FIELD}" value="${method}"${chosen && html` checked`}>
            <label class="method-title" for="${id}">${label}</label>`
    : html`<input type="hidden" name="${METHOD_FIELD}" value="${method}"><p class="method-title">${label}</p>`;
  return html`
          <div class="method">
            ${title}
            <div class="method-details">${method === 'card' ? cardFields(rejected) : delayedDetails(method)}</div>
          </div>`;
}

function cardFields(rejected?: Rejection): Fragment {
  return html`
              <div class="card">
                ${field({ ...CARD_FIELDS.number, inputmode: 'numeric' }, rejected)}
                <div class="pair">
                  ${field({ ...CARD_FIELDS.expiry, inputmode: 'numeric' }, rejected)}
                  ${field({ ...CARD_FIELDS.cvc, inputmode: 'numeric' }, rejected)}
                </div>
              </div>`;
}

function delayedDetails(method: PaymentMethod): Fragment {
  return html`<p class="hint">${METHODS[method].hint} The stand-in asks for no account number: the order stays
              “processing” until the payment is settled or failed on the stand-in’s own page.</p>`;
}

const CARD_FIELDS = {
  number: { id: 'cardNumber', label: 'Card number', autocomplete: 'cc-number', placeholder: '1234 1234 1234 1234' },
  expiry: { id: 'cardExpiry', label: 'Expiration', autocomplete: 'cc-exp', placeholder: 'MM / YY' },
  cvc: { id: 'cardCvc', label: 'CVC', autocomplete: 'cc-csc', placeholder: 'CVC' },
} as const;

interface FieldOptions {
  id: Field;
  label: string;
  type?: string;
  autocomplete: string;
  inputmode?: string;
  placeholder?: string;
  value?: string;
  readonly?: boolean;
}

/** One labelled input and, under it, what is wrong with it. */
function field(options: FieldOptions, rejected?: Rejection): Fragment {
  const { id, label, type = 'text', autocomplete, inputmode = type, placeholder = '', value = '' } = options;
  const error = rejected?.errors[id] ?? '';
  return html`<div class="field">
                <label for="${id}">${label}</label>
                <input id="${id}" name="${id}" type="${type}" value="${value}" placeholder="${placeholder}"
                  autocomplete="${autocomplete}" inputmode="${inputmode}"${options.readonly && html` readonly`}
                  aria-describedby="${id}-error" aria-invalid="${String(error !== '')}">
                <p class="error" id="${id}-error" role="alert">${error}</p>
              </div>`;
}

/** What the shopper is asked, in the currency they are asked it in. */
function price({ session }: SessionRecord): string {
  const converted = session.presentment_details;
  const amount = converted?.presentment_amount ?? session.amount_total ?? 0;
  const currency = converted?.presentment_currency ?? session.currency ?? 'usd';
  return formatAmount(amount, currency, session.locale ?? 'en');
}

const METHODS: Record<PaymentMethod, { label: string; hint: string }> = {
  card: { label: 'Card', hint: '' },
  sepa_debit: { label: 'SEPA Direct Debit', hint: 'The money takes 2 to 14 days to arrive.' },
  us_bank_account: { label: 'US bank account', hint: 'The money takes about 4 business days to arrive.' },
  customer_balance: { label: 'Bank transfer', hint: 'The money arrives when the shopper sends it.' },
};

const COUNTRIES = [
  ['US', 'United States'],
  ['GB', 'United Kingdom'],
  ['DE', 'Germany'],
  ['FR', 'France'],
  ['IE', 'Ireland'],
  ['CH', 'Switzerland'],
  ['JP', 'Japan'],
  ['KW', 'Kuwait'],
  ['AU', 'Australia'],
  ['CA', 'Canada'],
] as const;
