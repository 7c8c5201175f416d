/** A stranger's project: a folder of its own that has the package as npm packs it, and nothing else of this repository. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { listen } from '../local/listen.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGE = 'ic-stripe-pay';
const CONTENT_TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json' };

const start = promisify(execFile);

export interface ScratchProject {
  readonly folder: string;
  /** The package, unpacked. */
  readonly unpacked: string;
  /** What the package holds, sorted. */
  readonly packed: string[];
  write(file: string, text: string): Promise<string>;
  /** Runs a module in Node, and tells what it prints; fails where it fails, or complains. */
  run(module: string, ...flags: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** @param dependencies what else is installed, as it is here: there may be no network to install it from */
export async function createScratchProject(dependencies: readonly string[]): Promise<ScratchProject> {
  // Its real path, for that is what Node and bundlers tell of.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'stranger-')));
  const modules = join(folder, 'node_modules');
  const unpacked = join(modules, PACKAGE);
  await mkdir(modules);

  const { stdout } = await start('npm', ['pack', '--offline', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: ROOT });
  const [{ filename, files }] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  await start('tar', ['-xzf', filename], { cwd: folder });
  await rename(join(folder, 'package'), unpacked);
  for (const name of dependencies) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name), 'junction');
  }

  const project: ScratchProject = {
    folder,
    unpacked,
    packed: files.map(({ path }) => path).sort(),
    async write(file, text) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      return path;
    },
    async run(module, ...flags) {
      // Not the test runner's own.
      const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: '' };
      const { stdout, stderr } = await start(process.execPath, [...flags, '--input-type=module', '--eval', module], { cwd: folder, env });
      if (stderr) throw new Error(stderr);
      return stdout.trim();
    },
    remove: () => rm(folder, { recursive: true }),
  };
  await project.write('package.json', '{ "private": true, "type": "module" }');
  return project;
}

/** What a server of a folder has been asked for, and what it answers beside files. */
export interface Site {
  readonly origin: string;
  readonly asked: string[];
  /** Answers in JSON, by the beginning of the path. */
  readonly answers: Map<string, unknown>;
  close(): Promise<void>;
}

export async function serveFolder(folder: string): Promise<Site> {
  const asked: string[] = [];
  const answers = new Map<string, unknown>();
  const listening = await listen((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    asked.push(pathname);
    const [, answer] = [...answers].find(([path]) => pathname.startsWith(path)) ?? [];
    if (answer) return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    readFile(join(folder, pathname)).then(
      (bytes) => response.setHeader('content-type', CONTENT_TYPES[extname(pathname)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end(),
    );
  }, 0);
  return { origin: `http://localhost:${listening.port}`, asked, answers, close: () => listening.close() };
}
