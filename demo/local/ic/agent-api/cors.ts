/** What the IC's own nodes say about cross-origin requests: pages of any origin may speak with it. */
const ANY_ORIGIN = { 'access-control-allow-origin': '*' };

/** For an OPTIONS request. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  ...ANY_ORIGIN,
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'accept, authorization, content-type',
  'access-control-max-age': '7200',
};

/** For any other request. */
export const RESPONSE_HEADERS: Readonly<Record<string, string>> = ANY_ORIGIN;
