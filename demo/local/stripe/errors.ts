/**
 * Stripe's error answers, worded as Stripe words them, for clients match on the wording:
 * https://docs.stripe.com/api/errors
 */

/** What stands under `error` in the body. */
export interface ErrorBody {
  code?: string;
  doc_url?: string;
  message: string;
  param?: string;
  request_log_url?: string;
  type: 'api_error' | 'invalid_request_error' | 'rate_limit_error';
}

/** An error answer of Stripe's API. */
export class ApiError extends Error {
  readonly status: number;
  readonly error: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, error: ErrorBody, headers: Readonly<Record<string, string>> = {}) {
    super(error.message);
    this.name = 'ApiError';
    this.status = status;
    this.headers = headers;
    const page = error.code?.replaceAll('_', '-');
    this.error = page === undefined ? error : { ...error, doc_url: `https://stripe.com/docs/error-codes/${page}` };
  }
}

/** Why Stripe turned a request away as one too many: https://docs.stripe.com/rate-limits */
export type RateLimitReason =
  | 'global-rate'
  | 'endpoint-rate'
  | 'global-concurrency'
  | 'endpoint-concurrency'
  | 'resource-specific';

const CHALLENGE = { 'www-authenticate': 'Bearer realm="Stripe"' };

export function noSuchUrl(method: string, path: string): ApiError {
  // A URL that ends in a slash is most often one with an empty id at its end, and Stripe says so.
  const hint = path.endsWith('/')
    ? ' If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, ' +
      'make sure you passed a valid (non-empty) identifier in your code.'
    : '';
  return new ApiError(404, {
    message:
      `Unrecognized request URL (${method}: ${path}).${hint} ` +
      'Please see https://stripe.com/docs or we can help at https://support.stripe.com/.',
    type: 'invalid_request_error',
  });
}

export function missingKey(): ApiError {
  const message =
    'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth ' +
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, " +
    'or we can help at https://support.stripe.com/.';
  return new ApiError(401, { message, type: 'invalid_request_error' }, CHALLENGE);
}

/** @param maskedKey the key with most of it hidden, see `maskKey` */
export function unknownKey(maskedKey: string): ApiError {
  const message = `Invalid API Key provided: ${maskedKey}`;
  return new ApiError(401, { message, type: 'invalid_request_error' }, CHALLENGE);
}

export function expiredKey(maskedKey: string): ApiError {
  return new ApiError(401, {
    code: 'api_key_expired',
    message: `Expired API Key provided: ${maskedKey}`,
    type: 'invalid_request_error',
  });
}

export function missingPermission(maskedKey: string, account: string, permission: string): ApiError {
  return new ApiError(403, {
    code: 'more_permissions_required',
    message:
      `The provided key '${maskedKey}' does not have the required permissions for this endpoint on account ` +
      `'${account}'. Having the '${permission}' permission would allow this request to continue.`,
    type: 'invalid_request_error',
  });
}

/** @param existsIn the other mode, where the session was found in that one */
export function noSuchSession(id: string, existsIn?: 'live' | 'test'): ApiError {
  const usedMode = existsIn === 'live' ? 'test' : 'live';
  const hint = existsIn
    ? `; a similar object exists in ${existsIn} mode, but a ${usedMode} mode key was used to make this request.`
    : '';
  return new ApiError(404, {
    code: 'resource_missing',
    message: `No such checkout.session: ${id}${hint}`,
    param: 'session',
    type: 'invalid_request_error',
  });
}

export function malformedSessionId(id: string): ApiError {
  return new ApiError(400, { message: `Invalid checkout.session id: ${id}`, type: 'invalid_request_error' });
}

export function unknownParameter(name: string): ApiError {
  return new ApiError(400, {
    code: 'parameter_unknown',
    message: `Received unknown parameter: ${name}`,
    param: name,
    type: 'invalid_request_error',
  });
}

/** @param after the session that a page was to start after */
export function noSuchCursor(after: string): ApiError {
  return new ApiError(400, {
    code: 'resource_missing',
    message: `No such checkout.session: ${after}`,
    param: 'starting_after',
    type: 'invalid_request_error',
  });
}

export function emptyParameter(name: string): ApiError {
  return new ApiError(400, {
    code: 'parameter_invalid_empty',
    message:
      `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however ` +
      `'${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
    param: name,
    type: 'invalid_request_error',
  });
}

export function invalidInteger(name: string, value: string): ApiError {
  return integerError(name, `Invalid integer: ${value}`);
}

export function tooSmall(name: string, value: number, least: number): ApiError {
  return integerError(name, `This value must be greater than or equal to ${least} (it currently is '${value}').`);
}

export function tooLarge(name: string, value: number, most: number): ApiError {
  return integerError(name, `This value must be less than or equal to ${most} (it currently is '${value}').`);
}

export function invalidStatus(): ApiError {
  return new ApiError(400, {
    message: 'Invalid status: must be one of open, complete, or expired',
    param: 'status',
    type: 'invalid_request_error',
  });
}

export function invalidVersion(version: string): ApiError {
  return new ApiError(400, { message: `Invalid Stripe API version: ${version}`, type: 'invalid_request_error' });
}

function integerError(param: string, message: string): ApiError {
  return new ApiError(400, { code: 'parameter_invalid_integer', message, param, type: 'invalid_request_error' });
}

export function rateLimited(reason: RateLimitReason): ApiError {
  return new ApiError(
    429,
    {
      code: 'rate_limit',
      message:
        'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
      type: 'rate_limit_error',
    },
    { 'stripe-rate-limited-reason': reason },
  );
}

export function locked(): ApiError {
  return new ApiError(
    429,
    {
      code: 'lock_timeout',
      message:
        'This object cannot be accessed right now because another API request or Stripe process is currently ' +
        'accessing it. If you see this error intermittently, retry the request. If you see this error frequently and ' +
        'are making multiple concurrent requests to a single object, make your requests serially or at a lower rate. ' +
        'For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts.',
      type: 'invalid_request_error',
    },
    { 'stripe-should-retry': 'true' },
  );
}

export function stripesFault(status: 500 | 502 | 503 = 500): ApiError {
  return new ApiError(status, {
    message:
      'An unknown error occurred. Please retry the request, and contact us at https://support.stripe.com/ ' +
      'if it persists.',
    type: 'api_error',
  });
}
