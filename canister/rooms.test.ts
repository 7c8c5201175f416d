/** Which room may know of which: read from the import statements. */
import { readFileSync, readdirSync } from 'node:fs';
import { posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  /** The file, from the root of the repository. */
  file: string;
  /** What it imports: a package, or a file as above with its ending `.ts`. */
  target: string;
}

const FROM = /^(?:import|export)\s[^;]*?\sfrom\s+['"]([^'"]+)['"]/gm;
const BARE = /^import\s+['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g;

function importsIn(file: string, source: string): Import[] {
  const names = [FROM, BARE, DYNAMIC].flatMap((pattern) => [...source.matchAll(pattern)].map(([, name]) => name));
  return names.map((name) => ({ file, target: name.startsWith('.') ? posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts') : name }));
}

function importsOf(folder: string): Import[] {
  const files = readdirSync(posix.join(ROOT, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return files.flatMap(({ parentPath, name }) => {
    const path = posix.join(parentPath, name);
    return importsIn(relative(ROOT, path), readFileSync(path, 'utf8'));
  });
}

const all = importsOf('canister');
/** Tests look into other rooms, and into packages that judge; and the build is no part of what is shipped. */
const shipped = all.filter(({ file }) => !file.endsWith('.test.ts') && !file.startsWith('canister/testing/') && file !== 'canister/assets/pack.ts');
const from = (folder: string, imports = shipped) => imports.filter(({ file }) => file.startsWith(folder));
const to = (...folders: string[]) => ({ target }: Import) => folders.some((folder) => target.startsWith(folder));
const show = ({ file, target }: Import) => `${file} imports ${target}`;

it('the imports are read, of every form', () => {
  expect(all.map(show)).toContain('canister/index.ts imports canister/backend.ts');
  expect(shipped.length).toBeGreaterThan(100);
  const forms = `import a from 'a';\nimport './b.js';\nimport type {\n  C,\n  D,\n} from '../c.js';\nexport * from 'd';\nexport { e } from "e";\nconst f = await import('./f.js');\n// import 'g'\n`;
  expect(importsIn('canister/x/y.ts', forms).map(({ target }) => target).sort()).toEqual(['a', 'canister/c.ts', 'canister/x/b.ts', 'canister/x/f.ts', 'd', 'e']);
});

describe('in the canister', () => {
  it('only the entry points and azle/ know of Azle', () => {
    const outside = all.filter(({ file, target }) => (target === 'azle' || target.startsWith('azle/')) && file !== 'canister/index.ts' && !file.startsWith('canister/azle/'));
    expect(outside.map(show)).toEqual([]);
  });

  it('only the entry points use azle/', () => {
    expect(shipped.filter(to('canister/azle/')).filter(({ file }) => file !== 'canister/index.ts' && !file.startsWith('canister/azle/')).map(show)).toEqual([]);
  });

  it('stripe/ knows nothing of HTTP requests, payments, administration or storage', () => {
    expect(from('canister/stripe/').filter(to('canister/http/', 'canister/payments/', 'canister/admin/', 'canister/storage/')).map(show)).toEqual([]);
  });

  it('storage/ knows nothing of HTTP, Stripe, payments or administration', () => {
    expect(from('canister/storage/').filter(to('canister/http/', 'canister/stripe/', 'canister/payments/', 'canister/admin/')).map(show)).toEqual([]);
  });

  it('certification/ and assets/ know nothing of HTTP requests, payments or Stripe', () => {
    for (const room of ['certification', 'assets']) expect(from(`canister/${room}/`).filter(to('canister/http/', 'canister/payments/', 'canister/stripe/', 'canister/storage/')).map(show)).toEqual([]);
  });

  it('payments/ knows nothing of HTTP', () => {
    expect(from('canister/payments/').filter(to('canister/http/')).map(show)).toEqual([]);
  });

  it.each([
    ['encoding', ['canister/encoding/', 'canister/caller-error.ts']],
    ['crypto', ['canister/crypto/', 'canister/encoding/', 'canister/caller-error.ts']],
  ])('%s/ knows of nothing but %j', (room, allowed) => {
    const isAllowed = to(...allowed);
    expect(from(`canister/${room}/`).filter((one) => !isAllowed(one)).map(show)).toEqual([]);
  });

  it('the entry points know of Stripe only what the transform needs', () => {
    expect(shipped.filter(({ file }) => file === 'canister/index.ts').filter(to('canister/stripe/')).map(({ target }) => target).sort()).toEqual(['canister/stripe/answer.ts', 'canister/stripe/outcall.ts']);
  });

  it('nobody knows of the demo or the element, tests included', () => {
    expect(all.filter(to('demo/', 'component/')).map(show)).toEqual([]);
  });

  it('what is shipped knows nothing of what tests are made with', () => {
    expect(shipped.filter(({ target }) => target.startsWith('canister/testing/') || ['vitest', 'fast-check', 'stripe'].includes(target) || target.startsWith('node:')).map(show)).toEqual([]);
  });
});

it('the elements know of the canister nothing but the contract', () => {
  // Tests may have the canister judge.
  const imports = importsOf('component').filter(({ file }) => !file.endsWith('.test.ts'));
  expect(imports.length).toBeGreaterThan(20);
  expect(imports.filter(to('canister/')).filter(({ target }) => target !== 'canister/contract.ts').map(show)).toEqual([]);
});
