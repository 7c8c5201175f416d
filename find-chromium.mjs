import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Flags for tests: Chromium as root, and it keeps to this machine. */
export const CHROMIUM_ARGS = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/**
 * The path of a Chromium to test with: `CHROME_PATH`, or the first of the usual names on the `PATH`.
 * Throws an error that says what to install where there is none.
 * @returns {string}
 */
export function findChromium() {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH) {
    if (isExecutable(CHROME_PATH)) return CHROME_PATH;
    throw new Error(`CHROME_PATH names ${CHROME_PATH}, which is not a program.`);
  }
  const candidates = [...NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name))), ...MAC];
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new Error('The tests need Chromium or Chrome and found neither. Install one (Debian, Ubuntu: apt-get install chromium), or set CHROME_PATH to it.');
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
