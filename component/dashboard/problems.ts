/** What went wrong, in words for the merchant, and what to do about it. */
import { SignInError } from './access.js';
import { BackendError } from './backend.js';

/** `remedy` is the button to offer: the same again, a new session, or none where only other input helps. */
export interface Problem {
  text: string;
  remedy: 'retry' | 'sign-in' | 'none';
}

/** Explains whatever was thrown. */
export function explain(error: unknown): Problem {
  if (error instanceof SignInError) return { text: signIn(error), remedy: 'retry' };
  if (!(error instanceof BackendError)) return { text: `Something unforeseen happened: ${error instanceof Error ? error.message : String(error)} Try again; if that does not help, reload the page.`, remedy: 'retry' };
  switch (error.kind) {
    case 'refused':
      // The canister's own words say what to mend.
      return { text: error.message, remedy: 'none' };
    case 'not_admin':
      return { text: error.message, remedy: 'sign-in' };
    case 'expired':
      return { text: 'Your session is over. Sign in again to go on.', remedy: 'sign-in' };
    case 'unreachable':
      return { text: 'The canister cannot be reached. Check your connection and try again.', remedy: 'retry' };
    case 'late':
      return { text: 'The canister has not answered for a minute. Check your connection and try again; what you asked for may have been done all the same.', remedy: 'retry' };
    case 'untrusted':
      return { text: 'What answered could not be verified, so it is not shown. Check that this computer’s clock is right, then try again; in an untrusted network, use another one.', remedy: 'retry' };
    case 'unexpected':
      return { text: `The canister answered in an unforeseen way: ${error.message} Reload the page; if that does not help, the canister and this page may be of different versions.`, remedy: 'retry' };
  }
}

function signIn({ kind, message }: SignInError): string {
  switch (kind) {
    case 'blocked':
      return 'The browser blocked the sign-in window. Allow pop-ups for this page, then try again.';
    case 'closed':
      return 'The sign-in window was closed before you had signed in. Try again.';
    case 'failed':
      return `Signing in failed: ${message || 'the identity provider did not say why.'} Try again.`;
  }
}
