/** What went wrong while a shopper signed in, in the terms of the tag's errors. */
import { SignInError } from '../dashboard/access.js';
import { BackendError } from '../dashboard/backend.js';
import { SignInFailure } from './problems.js';

/** Explains whatever was thrown, to the site builder; what is explained already stays. */
export function failureOf(error: unknown): Error {
  if (error instanceof SignInError) return ofWindow(error);
  if (error instanceof BackendError) return ofCanister(error);
  if (error instanceof Error && 'problem' in error) return error;
  return new SignInFailure('sign_in_failed', `Signing in failed: ${error instanceof Error ? error.message : String(error)}`);
}

function ofWindow({ kind, message }: SignInError): SignInFailure {
  switch (kind) {
    case 'blocked':
      return new SignInFailure('sign_in_blocked', 'The browser blocked the sign-in window. Another click may open it; or the shopper allows pop-ups for this page.');
    case 'closed':
      return new SignInFailure('sign_in_closed', 'The sign-in window was closed before the shopper had signed in.');
    case 'failed':
      return new SignInFailure('sign_in_failed', `Signing in failed: ${message || 'the identity provider did not say why.'}`);
  }
}

function ofCanister({ kind, message }: BackendError): SignInFailure {
  switch (kind) {
    case 'refused':
    case 'not_admin':
      // The canister's own words say what to mend.
      return new SignInFailure('sign_in_refused', message);
    case 'expired':
      return new SignInFailure('sign_in_failed', 'The session is over: the shopper has to sign in again.');
    case 'unreachable':
      return new SignInFailure('sign_in_unreachable', `The canister cannot be asked: ${message} A Content Security Policy must allow https://icp-api.io under connect-src.`);
    case 'late':
    case 'untrusted':
    case 'unexpected':
      return new SignInFailure('sign_in_unreachable', `The canister’s answer cannot be used: ${message}`);
  }
}
