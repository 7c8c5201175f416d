import { LOCALES, readLocale } from './locale-files.js';
import { en, type Messages } from './messages.js';

/** How long to wait for a language, in milliseconds, before English will do. */
const PATIENCE = 3000;

/** What other names lead to. */
const ALIASES: Readonly<Record<string, string>> = { no: 'nb', nn: 'nb' };

const loading = new Map<string, Promise<Messages | undefined>>();

/** A language to speak. */
export interface Locale {
  /** As it was asked for, region and all (BCP 47): for numbers. */
  tag: string;
  /** The name of its file; `en` has none. */
  file: string;
}

/** The first of the wanted languages that is spoken here, or else English. Takes anything. */
export function chooseLocale(wanted: readonly (string | null | undefined)[]): Locale {
  for (const tag of wanted) {
    try {
      if (!tag) continue;
      // Tells zh-TW's script, which decides between the Chinese ones.
      const { language, script } = new Intl.Locale(tag).maximize();
      for (const file of [`${language}-${script}`, ALIASES[language] ?? language]) {
        if (file === 'en' || file in LOCALES) return { tag, file };
      }
    } catch {
      // Not a language.
    }
  }
  return { tag: 'en', file: 'en' };
}

/** Loads the words of a language; undefined where that fails, and English is to do. */
export function loadMessages(file: string): Messages | undefined | Promise<Messages | undefined> {
  if (file === 'en') return en;
  let messages = loading.get(file);
  if (!messages) {
    messages = load(file);
    loading.set(file, messages);
  }
  return messages;
}

async function load(file: string): Promise<Messages | undefined> {
  try {
    const late = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE));
    return { ...en, ...(await Promise.race([readLocale(file), late])) };
  } catch {
    // Another time it may work.
    loading.delete(file);
    return undefined;
  }
}
