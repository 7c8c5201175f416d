/** What the guides in docs/ show works, what they quote is what was measured, and what they point to is there. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Principal } from '@dfinity/principal';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readAnswer } from '../../canister/contract.js';
import { startWorld, type World } from '../world.js';

const ROOT = new URL('../../', import.meta.url);
const PRODUCTION = 'docs/production.md';
const MOVING_OVER = 'docs/from-stripe-demo.md';
const GUIDES = [PRODUCTION, MOVING_OVER];
const path = (file: string) => fileURLToPath(new URL(file, ROOT));
const ICP = path('node_modules/@icp-sdk/icp-cli-linux-x64/bin/icp');

const texts = new Map<string, string>();
const text = (file: string) => texts.get(file)!;
beforeAll(async () => {
  for (const file of [...GUIDES, 'README.md', 'docs/threat-model.md', 'canister/stripe_backend.did', 'icp.yaml']) texts.set(file, await readFile(new URL(file, ROOT), 'utf8'));
});

/** The fenced blocks of one language, in order. */
const blocks = (file: string, language: string) => [...text(file).matchAll(new RegExp('^```' + language + '\\n([^]*?)^```', 'gm'))].map(([, block]) => block);
/** The blocks of commands that are said to have been tried. */
const tried = (file: string) => blocks(file, 'sh').filter((block) => block.startsWith('# tried\n'));

/** The words of a line as a shell splits them. */
const words = (line: string) => [...line.matchAll(/'([^']*)'|"([^"]*)"|\S+/g)].map(([word, single, double]) => single ?? double ?? word);
/** The commands of one command line's, each as its words, without what they are piped into. */
const commands = (file: string, program: 'icp' | 'dfx') =>
  blocks(file, 'sh').flatMap((block) => block.split('\n')).filter((line) => line.startsWith(`${program} `)).map((line) => words(line.split(' | ')[0]).slice(1));

/** An argument in Candid's textual form, and the method that takes it; `init` for that of the installation. */
type Argument = [method: string, argument: string];
const inBlock = (block: string): Argument => [/^\/\/ of (\w+)\n/.exec(block)?.[1] ?? 'init', block.replace(/^\/\/.*\n/, '')];
function inCommand(command: string[]): Argument[] {
  const at = command.findIndex((word) => word.startsWith('('));
  return at < 0 ? [] : [[command[at - 1].startsWith('--arg') ? 'init' : command[at - 1], command[at]]];
}
const literals = (file: string): Argument[] => [
  ...blocks(file, 'candid').map(inBlock),
  ...(['icp', 'dfx'] as const).flatMap((program) => commands(file, program)).flatMap(inCommand),
];

describe.each(GUIDES)('%s', (file) => {
  it('says of every block of commands whether it was tried', () => {
    const all = blocks(file, 'sh');
    expect(all).not.toEqual([]);
    for (const block of all) expect(block).toMatch(/^# (tried|not tried here(: .+)?|dfx, not tried here)\n/);
    for (const block of tried(file)) expect(block).not.toMatch(/^dfx /m);
  });

  it('writes arguments with fields that there are', () => {
    const all = literals(file);
    expect(all).not.toEqual([]);
    for (const [, argument] of all) {
      for (const [, field] of argument.matchAll(/(\w+) =/g)) expect(text('canister/stripe_backend.did')).toMatch(new RegExp(`\\b${field} : `));
    }
  });

  it('points to files and headings that are there', async () => {
    const links = [...text(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    expect(links).not.toEqual([]);
    for (const [link, target, anchor] of links) {
      const found = await readFile(target === '' ? new URL(file, ROOT) : new URL(target, new URL(file, ROOT)), 'utf8');
      if (anchor !== undefined) expect(headings(found), link).toContain(anchor);
    }
  });
});

/** The names by which GitHub's pages know a document's headings. */
function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}

describe('numbers', () => {
  /** A row of the README's table of measurements. */
  const measured = (name: string) => text('README.md').split('\n').find((line) => line.startsWith(`| ${name}`))!.split('|')[2];
  const numbers = (cell: string) => [...cell.matchAll(/[\d.]+/g)].map(([digits]) => Number(digits));

  it('are those of the README', () => {
    const [v2, v1] = numbers(measured('one confirmed payment on 13 nodes'));
    const [idle] = numbers(measured('idle canister'));
    const production = text(PRODUCTION);
    expect(production).toContain(`| one confirmed payment, pricing v2 / v1 | ${v2} / ${v1} M |`);
    expect(production).toContain(`| an idle canister | ${idle} G a day,`);
    expect(production).toContain(`30 days of idling unless changed: ${Math.round(30 * idle)} G. With 90 days it is ${Math.round(90 * idle)} G`);
    expect(text(MOVING_OVER)).toContain(`[${v2} M](../README.md#measured)`);
  });

  it('add up to the costs of a month', () => {
    const [payment] = numbers(measured('one confirmed payment on 13 nodes'));
    const [idle] = numbers(measured('idle canister'));
    const [, list] = numbers(/\| a single lookup \/ list of ten \| (.*) \|/.exec(text('docs/threat-model.md'))![1]);
    const [withWebhooks] = numbers(/the shopper's return \| about (\d+) M/.exec(text(PRODUCTION))![1]);
    expect(text(PRODUCTION)).toContain(`| ${list} M for ten, at most 50 times |`);
    for (const count of [100, 1_000, 10_000, 100_000]) {
      // The pass goes back to all that was begun 49 hours ago, and looks at ten at a time.
      const pages = Math.min(50, Math.ceil((count / 30 / 24) * 49 / 10));
      const upkeep = 30 * (idle * 1_000 + pages * list);
      const month = (each: number) => (count * each + upkeep) * 1e6;
      const row = [count.toLocaleString('en-US'), cycles(month(payment)), cycles(month(withWebhooks)), cycles(3e12 + month(withWebhooks))];
      expect(text(PRODUCTION)).toContain(`| ${row.join(' | ')} |`);
    }
  });

  function cycles(amount: number): string {
    return amount < 1e12 ? `${Math.round(amount / 1e9)} G` : `${Number((amount / 1e12).toPrecision(2)).toFixed(amount < 1e13 ? 1 : 0)} T`;
  }
});

describe(MOVING_OVER, () => {
  it('shows an answer of the canister', () => {
    const [, answer] = blocks(MOVING_OVER, 'json');
    expect(readAnswer(JSON.parse(answer))).toBeDefined();
  });

  it('shows a poller that polls', async () => {
    const [poller] = blocks(MOVING_OVER, 'js');
    const answers: unknown[] = [{ status: 'checking', retry_after_ms: 1 }, { status: 'unavailable', reason: 'busy', retry_after_ms: 1 }, { status: 'expired' }];
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(url);
      return Promise.resolve({ json: () => Promise.resolve(answers.shift()) });
    });
    const module = `data:text/javascript,${encodeURIComponent(`${poller} export { statusOf };`)}`;
    const { statusOf: poll } = (await import(/* @vite-ignore */ module)) as { statusOf: (canister: string, id: string) => Promise<unknown> };
    await expect(poll('aaaaa-aa', 'cs_test_1')).resolves.toEqual({ status: 'expired' });
    expect(asked).toEqual(Array(3).fill('https://aaaaa-aa.icp0.io/checkout/cs_test_1'));
    answers.push({ error: { code: 'invalid_session_id', message: 'No id.' } });
    await expect(poll('aaaaa-aa', 'x')).rejects.toThrow('No id.');
    vi.unstubAllGlobals();
  });
});

// The official command line comes for this platform only.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('commands', () => {
  let home: string;
  let world: World;

  const run = (file: string, args: string[]) => promisify(execFile)(file, args, { cwd: home, env: { PATH: `${join(home, 'bin')}:${process.env.PATH}`, HOME: home, DO_NOT_TRACK: '1' } });
  /** Everything that it says. */
  const icp = async (...args: string[]) => {
    const { stdout, stderr } = await run(ICP, args);
    return stdout + stderr;
  };

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'docs-'));
    await writeFile(join(home, 'icp.yaml'), 'canisters: []\n');
    await icp('identity', 'new', 'merchant', '--storage', 'plaintext');
    await icp('identity', 'default', 'merchant');
    const controller = Principal.fromText((await icp('identity', 'principal')).trim());
    world = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, controller });
    await symlink(path('dist'), join(home, 'dist'));
    await symlink(join(ICP, '..'), join(home, 'bin'));
    await writeFile(join(home, 'icp.yaml'), project(world.gateway));
  });

  afterAll(async () => {
    await world?.close();
    await rm(home, { recursive: true });
  });

  /** The repository's own, with the network on a free port, and the Wasm that is built already. */
  function project(gateway: string): string {
    const build = /- type: script\n +commands:\n(?: +- .*\n)+/;
    return text('icp.yaml').replace(build, '- type: pre-built\n          path: dist/stripe_backend.wasm\n').replace('http://localhost:4943', gateway);
  }

  it.each(GUIDES)('%s: there are such commands and flags, with all that they need', async (file) => {
    for (const command of commands(file, 'icp')) {
      const help = await icp(...command.map(named), '--help');
      const usage = /^Usage: (.*)$/m.exec(help)![1];
      for (const [flag] of usage.replace(/\[[^\]]*\]/g, '').matchAll(/--[a-z-]+/g)) expect(command).toContain(flag);
    }
  });

  it.each(GUIDES)('%s: the arguments are of their types', async (file) => {
    const candid = join(home, 'with-init.did');
    await writeFile(candid, text('canister/stripe_backend.did').replace('service : (Settings) -> {', 'service : {\n  init : (Settings) -> ();'));
    for (const [method, argument] of literals(file)) {
      const said = await icp('canister', 'call', world.canister.toText(), method, named(argument), '--candid', candid, '--sign-only', '-', '-n', 'ic');
      expect(said, method).not.toContain('inferred types');
    }
  });

  it.each(GUIDES)('%s: what is said to have been tried works', async (file) => {
    await rm(join(home, '.icp'), { recursive: true, force: true });
    const own = (text: string) => named(text).replaceAll('-e ic', '-e demo');
    const [settings] = blocks(file, 'candid');
    await writeFile(join(home, 'settings.candid'), own(settings));
    const all = tried(file);
    expect(all).not.toEqual([]);
    for (const block of all) await run('sh', ['-euc', own(block)]);
  }, 60_000);

  /** With names in place of what the reader has to fill in. */
  function named(text: string): string {
    return text
      .replaceAll('rk_test_…', world.stripe!.keys.good)
      .replaceAll(/(\b(?:rk|cs)_live_)…/g, '$1a1')
      .replaceAll('cs_test_…', 'cs_test_a1')
      .replaceAll('whsec_…', `whsec_${'w'.repeat(32)}`)
      .replaceAll('plink_…', 'plink_1')
      .replaceAll('isp1…', `isp1${'a'.repeat(26)}`)
      .replaceAll('SNAPSHOT_ID', '0'.repeat(36))
      .replaceAll(/CANISTER_ID|SUBNET/g, world.canister.toText())
      .replaceAll('PRINCIPAL', world.ic.createCanister().toText());
  }
});
