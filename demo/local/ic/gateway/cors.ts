/**
 * What the gateway itself says about cross-origin requests, where a canister does not: the defaults of DFINITY's
 * ic-gateway. Note what is not in the list of allowed headers: authorization and idempotency-key.
 */
const COMMON = {
  'access-control-allow-origin': '*',
  vary: 'origin, access-control-request-method, access-control-request-headers',
};

/** For an OPTIONS request, which the gateway answers by itself: the canister never sees it. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON,
  'access-control-allow-methods': 'HEAD, GET, POST, PUT, DELETE, PATCH',
  'access-control-allow-headers':
    'user-agent, dnt, if-none-match, if-modified-since, cache-control, content-type, range, cookie, x-requested-with, x-ic-canister-id, x-oc-jwt, x-oc-api-key',
  'access-control-max-age': '7200',
};

/** For any other response, as far as the canister has not set them itself. */
export const RESPONSE_HEADERS: Readonly<Record<string, string>> = {
  ...COMMON,
  'access-control-expose-headers': 'accept-ranges, content-length, content-range, x-request-id, x-ic-canister-id',
};
