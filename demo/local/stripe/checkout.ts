import type { IncomingMessage } from 'node:http';
import { readForm, type Answer } from './http.js';
import { notice, redirect } from './page.js';
import { submit } from './payment-form.js';
import { readVisit, redirectUrl, type PaymentLink } from './payment-links.js';
import { paymentPage } from './payment-page.js';
import type { SessionRecord, Sessions } from './sessions.js';

/** What the payment page works with. */
export interface Checkout {
  sessions: Sessions;
  /** The Payment Link of a path, if there is one. */
  link: (slug: string) => PaymentLink | undefined;
  /** Called with each session that a link makes, before anybody sees it. */
  opened: (record: SessionRecord) => void;
  /** Resolves when whoever listens has answered that a session is complete, or Stripe waits no longer. */
  told: (sessionId: string) => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Opens a Payment Link: a new session each time, shown at the link's own address as Stripe does. */
export function openLink(checkout: Checkout, slug: string, query: URLSearchParams): Answer {
  const link = checkout.link(slug);
  if (!link) return notice('Page not found', 'This payment link does not exist, or is no longer active.', 404);
  const record = checkout.sessions.openLink(link, readVisit(query));
  checkout.opened(record);
  return paymentPage(record);
}

/** Shows a session at its own address, which is where `session.url` leads. */
export function showSession(checkout: Checkout, id: string): Answer {
  const record = checkout.sessions.get(id);
  if (!record) return noSession();
  if (record.session.status === 'open') return paymentPage(record);
  return record.session.status === 'complete'
    ? notice('You’re all done here', 'This payment has been made. There is nothing left to do.')
    : expired();
}

/** Takes the submitted payment form; answers the page's own script in JSON and a plain form with pages. */
export async function paySession(checkout: Checkout, id: string, request: IncomingMessage): Promise<Answer> {
  const wantsJson = request.headers.accept === 'application/json';
  const fields = await readForm(request);
  const record = checkout.sessions.get(id);
  if (!record || record.session.status === 'expired') {
    const form = 'This session has expired. Go back to the shop to start a new one.';
    if (wantsJson) return json(410, { errors: { form } });
    return record ? expired() : noSession();
  }
  if (record.session.status === 'open') {
    const submission = submit(fields, record, checkout.now());
    if (submission.kind === 'rejected') {
      return wantsJson ? json(402, { errors: submission.errors }) : paymentPage(record, submission);
    }
    checkout.sessions.pay(id, submission.method, submission.shopper);
  }
  await checkout.told(id);
  // A form sent twice ends where the first one did.
  const next = destination(record);
  return wantsJson ? json(200, { redirect: next }) : redirect(next);
}

/** What a shopper sees who has paid by a link that leads nowhere else. */
export function confirmation(checkout: Checkout, id: string): Answer {
  const record = checkout.sessions.get(id);
  if (record?.session.status !== 'complete') return noSession();
  if (record.session.payment_status === 'unpaid') {
    return notice('Payment processing', 'Your payment is on its way. It may take some days to arrive.');
  }
  const merchant = record.session.branding_settings?.display_name;
  return notice('Thanks for your payment', `A payment to ${merchant} has been made.`);
}

function destination({ session, link, visit }: SessionRecord): string {
  const template = link ? link.afterPayment : session.success_url;
  return template ? redirectUrl(template, session.id, visit?.utm ?? []) : `/c/confirmation/${session.id}`;
}

function noSession(): Answer {
  return notice('Something went wrong', 'There is no such checkout session.', 404);
}

function expired(): Answer {
  return notice('This session has expired', 'Go back to the shop to start a new one.', 410);
}

function json(status: number, body: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}
