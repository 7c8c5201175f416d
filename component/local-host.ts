/** Whether a host name is this machine, where http is as good as https: localhost, *.localhost, 127.0.0.1. */
export function isLocalHost(hostname: string): boolean {
  return /^(.+\.)?localhost$|^127\.0\.0\.1$/.test(hostname);
}

/**
 * Parses an absolute address that may be followed or asked: https (http on this machine), no user info.
 * Judged by what the parser makes of it, where `@` before the path can only be user info.
 */
export function parseSafeUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLocalHost(url.hostname));
    return isSafe && /^\w+:..[^/@]*\//.test(url.href) ? url : undefined;
  } catch {
    return undefined;
  }
}
