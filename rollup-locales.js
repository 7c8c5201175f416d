/** The element's languages, which it loads when it needs them. */
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

const isLocaleFiles = (id) => id.endsWith('/component/locale-files.ts');

/** For a script that stands alone: puts the hashes into component/locale-files.ts; and the files beside the script, where `isShipping`. */
export function localesAsFiles({ isShipping }) {
  return {
    name: 'locales as files',
    transform(code, id) {
      if (!isLocaleFiles(id)) return null;
      return { code: code.replace(/^ {2}'?([\w-]+)'?: '',$/gm, (_, name) => `  '${name}': '${integrity(files.get(name))}',`), map: null };
    },
    generateBundle() {
      if (isShipping) for (const [name, source] of files) this.emitFile({ type: 'asset', fileName: `locales/${name}.json`, source });
    },
  };
}

/** For the package: modules, which a bundler finds and splits off by itself. They are as trustworthy as the script that imports them. */
export function localesAsModules() {
  return {
    name: 'locales as modules',
    transform(code, id) {
      if (id.endsWith('.json')) return { code: `export default ${code}`, map: null };
      if (!isLocaleFiles(id)) return null;
      const imports = [...files.keys()].map((name) => `'${name}': () => import('./locales/${name}.json'),`);
      return { code: `export const LOCALES = {${imports.join('')}}; export const readLocale = async (name) => (await LOCALES[name]()).default;`, map: null };
    },
  };
}
