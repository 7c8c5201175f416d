/** Payments as a table for spreadsheets. */
import { formatMoney } from '../money.js';
import type { Payment } from './backend.js';

const COLUMNS: [string, (payment: Payment) => string | number | boolean | null][] = [
  ['created', ({ created }) => iso(created)],
  ['id', ({ id }) => id],
  ['reference', (payment) => payment.client_reference_id],
  ['status', ({ status }) => status],
  ['reason', ({ reason }) => reason],
  ['amount', (payment) => decimal(payment.amount_total, payment.currency)],
  ['amount_refunded', (payment) => decimal(payment.amount_refunded, payment.currency)],
  ['currency', ({ currency }) => currency],
  ['amount_minor', (payment) => payment.amount_total],
  ['amount_refunded_minor', (payment) => payment.amount_refunded],
  ['presentment_amount', ({ presentment }) => presentment && decimal(presentment.amount, presentment.currency)],
  ['presentment_amount_minor', ({ presentment }) => presentment && presentment.amount],
  ['presentment_currency', ({ presentment }) => presentment && presentment.currency],
  ['livemode', ({ livemode }) => livemode],
  ['mode', ({ mode }) => mode],
  ['payment_status', (payment) => payment.payment_status],
  ['payment_link', (payment) => payment.payment_link],
  ['payment_intent', (payment) => payment.payment_intent],
  ['accepted', ({ accepted }) => accepted],
  ['disputed', ({ disputed }) => disputed],
  ['duplicate', ({ duplicate }) => duplicate],
  ['expires', (payment) => payment.expires_at && iso(payment.expires_at)],
  ['sequence', ({ sequence }) => sequence],
];

/**
 * CSV by RFC 4180, with a byte order mark, by which spreadsheets know it for UTF-8. What a spreadsheet would take for a formula
 * (https://owasp.org/www-community/attacks/CSV_Injection) gets an apostrophe before it.
 */
export function toCsv(payments: readonly Payment[]): string {
  const lines = [COLUMNS.map(([name]) => name), ...payments.map((payment) => COLUMNS.map(([, read]) => cell(read(payment))))];
  return `\uFEFF${lines.map((line) => `${line.join(',')}\r\n`).join('')}`;
}

/** An amount of minor units as a decimal number, by Stripe's digits and without rounding: 1999 eur is `19.99`. */
export function decimal(amount: number | null, currency: string | null): string | null {
  if (amount === null || currency === null) return null;
  // Which only `formatMoney` knows.
  const digits = /\.(\d+)/.exec(formatMoney(0, currency, 'en'))?.[1].length ?? 0;
  const text = String(amount).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function cell(value: string | number | boolean | null): string {
  const text = String(value ?? '');
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
