/** The element's languages: files beside the script, whose bytes the script knows by their hashes. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('component/locales/', import.meta.url);

/** Each language's file as it is shipped, without white space. */
const files = new Map(
  readdirSync(FOLDER).map((name) => [name.replace('.json', ''), JSON.stringify(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')))]),
);

/** https://www.w3.org/TR/SRI/ */
export function integrity(source, algorithm = 'sha256') {
  return `${algorithm}-${createHash(algorithm).update(source).digest('base64')}`;
}

/** Puts the hashes into component/locale-files.ts; and the files beside the script, where `isShipping`. */
export function locales({ isShipping }) {
  return {
    name: 'locales',
    transform(code, id) {
      if (!id.endsWith('/component/locale-files.ts')) return null;
      return { code: code.replace(/^ {2}'?([\w-]+)'?: '',$/gm, (_, name) => `  '${name}': '${integrity(files.get(name))}',`), map: null };
    },
    generateBundle() {
      if (isShipping) for (const [name, source] of files) this.emitFile({ type: 'asset', fileName: `locales/${name}.json`, source });
    },
  };
}
