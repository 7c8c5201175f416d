import { randomBytes } from 'node:crypto';
import { html, raw, type Fragment } from '../html.js';
import type { Answer } from './http.js';
import { STYLE } from './style.js';

/** What every page of the stand-in has in common. */
export interface PageOptions {
  title: string;
  body: Fragment;
  /** JavaScript of ours; nothing that came with a request. */
  script?: string;
  status?: number;
}

/** A page as an answer. Like Stripe's own it refuses to stand in a frame. */
export function page({ title, body, script, status = 200 }: PageOptions): Answer {
  const nonce = randomBytes(16).toString('base64');
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${raw(STYLE)}</style>
</head>
<body>
${body}
${script !== undefined && html`<script nonce="${nonce}">${raw(script)}</script>`}
</body>
</html>
`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // Each opening of a link is a new session, the Back button's too.
      'cache-control': 'no-store',
      // No form-action: browsers apply it to the redirect that follows a form, and that leads to the shop.
      'content-security-policy':
        `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; ` +
        `img-src http: https: data:; base-uri 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'strict-origin-when-cross-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
    body: document.text,
  };
}

/** A page that only says something. */
export function notice(title: string, text: Fragment, status = 200): Answer {
  return page({
    title,
    status,
    body: html`<main class="notice"><h1>${title}</h1><p>${text}</p>${standInNote()}</main>`,
  });
}

/** Keeps anybody from taking these pages for Stripe's. */
export function standInNote(): Fragment {
  return html`<p class="note"><span>Local stand-in for Stripe Checkout.</span> <span>No real money moves.</span></p>`;
}

/** Sends the browser elsewhere, by GET. */
export function redirect(url: string): Answer {
  // A header holds ASCII only; whatever else the merchant wrote is escaped as browsers would.
  const location = url.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' };
}
