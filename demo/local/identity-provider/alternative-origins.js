/* global AbortSignal, fetch */
const MAX_ENTRIES = 100;
const TIMEOUT_MS = 10_000;

/**
 * Whether an app may have the identities of another origin: that one must list it (Internet Identity specification,
 * "Alternative Frontend Origins"). Throws an error that says what to mend where it may not.
 * @param {unknown} derivationOrigin
 * @param {string} origin the app's
 */
export async function requireAllowed(derivationOrigin, origin) {
  if (!isOrigin(derivationOrigin)) throw new Error(`derivationOrigin must be an origin alone, such as https://shop.example, with no slash at its end; it is ${JSON.stringify(derivationOrigin)}.`);
  const address = `${derivationOrigin}/.well-known/ii-alternative-origins`;
  const listed = await readList(address, `{"alternativeOrigins":["${origin}"]}`);
  if (listed.length > MAX_ENTRIES) throw new Error(`${address} lists ${listed.length} origins; at most ${MAX_ENTRIES} are allowed.`);
  if (!listed.includes(origin)) throw new Error(`${address} does not list ${origin}: add it to alternativeOrigins there, or leave out derivationOrigin.`);
}

async function readList(address, remedy) {
  let response;
  try {
    response = await fetch(address, { redirect: 'error', credentials: 'omit', cache: 'no-store', headers: { accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Error(`${address} cannot be read: it must answer with ${remedy} and the header access-control-allow-origin: *, and not redirect.`);
  }
  if (response.status !== 200) throw new Error(`${address} answers ${response.status}: it must answer 200, with ${remedy}.`);
  const list = (await response.json().catch(() => undefined))?.alternativeOrigins;
  if (!Array.isArray(list)) throw new Error(`${address} does not hold such JSON as ${remedy}.`);
  return list;
}

function isOrigin(value) {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value && /^https?:/.test(value);
}
