/** Where the settings are kept. */
import { ADDED_LATER, type Settings } from '../settings.js';
import type { KeyValue } from './key-value.js';

const KEY = 's';
const VERSION = 1;

/** The settings, or undefined before the first init. What was added since they were stored has its default. */
export function readSettings(store: KeyValue): Settings | undefined {
  const text = store.getText(KEY);
  if (text === undefined) return undefined;
  const { version, settings } = JSON.parse(text) as { version: number; settings: Settings };
  if (version !== VERSION) throw new Error(`settings of version ${version}: install the newer canister again`);
  return { ...ADDED_LATER, ...settings };
}

export function writeSettings(store: KeyValue, settings: Settings): void {
  store.setText(KEY, JSON.stringify({ version: VERSION, settings }));
}
