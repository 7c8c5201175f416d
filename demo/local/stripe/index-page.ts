import type { Answer } from './http.js';
import { html, type Fragment } from '../html.js';
import { formatAmount } from './money.js';
import { page } from './page.js';
import type { PaymentLink } from './payment-links.js';
import type { SessionRecord, Sessions } from './sessions.js';

/** What the index page can do to a session. */
const ACTIONS = ['expire', 'settle', 'fail', 'refund', 'dispute'] as const;
export type Action = (typeof ACTIONS)[number];

export function isAction(name: string): name is Action {
  return (ACTIONS as readonly string[]).includes(name);
}

const SHOWN = 50;

/** The page that says what is going on, for whoever runs the demo. It shows nothing personal. */
export function indexPage(links: readonly PaymentLink[], sessions: Sessions): Answer {
  const recent = [...sessions.all].reverse().slice(0, SHOWN);
  return page({
    title: 'Local stand-in for Stripe',
    body: html`
<main class="index">
  <h1>Local stand-in for Stripe</h1>
  <p>It serves the payment pages below and the API under <code>/v1/</code>. No real money moves.</p>
  <h2>Payment links</h2>
  <ul>${links.map(item)}</ul>
  <h2>Test cards</h2>
  <ul>
    <li><code>4242 4242 4242 4242</code> pays</li>
    <li><code>4000 0000 0000 0002</code> is declined</li>
  </ul>
  <p>Any expiration date to come and any three digits for the CVC.</p>
  <h2>Sessions</h2>
  ${recent.length === 0 ? html`<p>None yet.</p>` : table(recent)}
</main>`,
  });
}

function item({ slug, product, amount, currency }: PaymentLink): Fragment {
  return html`<li><a href="/${slug}">${product}</a>, ${formatAmount(amount, currency)}</li>`;
}

function table(records: readonly SessionRecord[]): Fragment {
  return html`<div class="scroll"><table>
    <thead>
      <tr><th>Session</th><th>Amount</th><th>Status</th><th><span class="hidden">What to do</span></th></tr>
    </thead>
    <tbody>${records.map(row)}</tbody>
  </table></div>`;
}

function row(record: SessionRecord): Fragment {
  const { session, delayed, payment } = record;
  const state = [
    session.status,
    session.payment_status,
    delayed && `delayed payment ${delayed}`,
    payment?.charge.refunded && 'refunded',
    payment?.charge.disputed && 'disputed',
  ];
  return html`<tr>
      <td><code title="${session.id}">…${session.id.slice(-8)}</code></td>
      <td>${formatAmount(session.amount_total ?? 0, session.currency ?? 'usd')}</td>
      <td>${state.filter(Boolean).join(', ')}</td>
      <td>${possible(record).map((action) => button(session.id, action))}</td>
    </tr>`;
}

function button(id: string, action: Action): Fragment {
  return html`<form method="post" action="/c/session/${id}/${action}"><button>${LABELS[action]}</button></form>`;
}

function possible({ session, delayed, payment }: SessionRecord): readonly Action[] {
  if (session.status === 'open') return ['expire'];
  if (delayed === 'pending') return ['settle', 'fail'];
  const over = payment && (payment.charge.refunded || payment.charge.disputed);
  return session.payment_status === 'paid' && !over ? ['refund', 'dispute'] : [];
}

const LABELS: Record<Action, string> = {
  expire: 'Expire',
  settle: 'Settle',
  fail: 'Fail',
  refund: 'Refund',
  dispute: 'Dispute',
};
