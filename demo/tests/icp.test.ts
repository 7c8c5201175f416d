/** The official command line as a user of the world that `npm start` serves. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Principal } from '@dfinity/principal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../world.js';

const ROOT = new URL('../../', import.meta.url);
const ICP = fileURLToPath(new URL('node_modules/@icp-sdk/icp-cli-linux-x64/bin/icp', ROOT));
const WASM = fileURLToPath(new URL('dist/stripe_backend.wasm', ROOT));
const QUERY = ['canister', 'call', '--query', 'stripe_backend', '-e', 'demo', 'http_request', '(record { method = "GET"; url = "/checkout/x"; headers = vec {}; body = blob "" })'];
const INIT = '(record { api_host = "api.stripe.com"; api_key = "rk_test_1" })';

let world: World;
let home: string;
let controller: Principal;

/** Everything that it says. */
async function icp(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(ICP, args, { cwd: home, env: { PATH: process.env.PATH, HOME: home, DO_NOT_TRACK: '1' } });
  return stdout + stderr;
}

/** The repository's own icp.yaml, with the network on a free port, and the Wasm that is built already. */
async function project(gateway: string): Promise<string> {
  const yaml = await readFile(new URL('icp.yaml', ROOT), 'utf8');
  const steps = /- type: script\n +commands:\n(?: +- .*\n)+/;
  expect(yaml).toMatch(steps);
  expect(yaml).toContain('http://localhost:4943');
  return yaml.replace(steps, `- type: pre-built\n          path: ${WASM}\n`).replace('http://localhost:4943', gateway);
}

// It comes for this platform only.
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('icp', () => {
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'icp-'));
    await writeFile(join(home, 'icp.yaml'), 'canisters: []\n');
    await icp('identity', 'new', 'merchant', '--storage', 'plaintext');
    await icp('identity', 'default', 'merchant');
    controller = Principal.fromText((await icp('identity', 'principal')).trim());
    world = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, controller });
    await writeFile(join(home, 'icp.yaml'), await project(world.gateway));
  });

  afterAll(async () => {
    await world?.close();
    await rm(home, { recursive: true });
  });

  it('is used in the README as here', async () => {
    const readme = await readFile(new URL('README.md', ROOT), 'utf8');
    for (const line of [`icp canister link stripe_backend ${world.canister.toText()} -e demo`, 'icp deploy -e demo', 'icp canister status -e demo', 'icp identity principal', ['icp', ...QUERY.map((word) => (word.includes('(') ? `'${word}'` : word))].join(' ')]) {
      expect(readme).toContain(line);
    }
  });

  it('network ping: the network is healthy', async () => {
    expect(await icp('network', 'ping', 'demo')).toContain('"replica_health_status": "healthy"');
  });

  it('canister link and status: the canister of the shop, by all its fields', async () => {
    await icp('canister', 'link', 'stripe_backend', world.canister.toText(), '-e', 'demo');
    const status = await icp('canister', 'status', '-e', 'demo');
    for (const line of [/Status: Running/, new RegExp(`controller: ${controller.toText()}`), /Module hash: 0x[0-9a-f]{64}/, /Freezing threshold: 2_592_000/, /Cycles: 9_9\d\d_/, /Idle cycles burned per day: \d{3}_\d{3}_\d{3}/, /Log memory limit/, /Snapshot visibility/]) {
      expect(status).toMatch(line);
    }
  });

  it('canister call: updates and queries, whose types it knows from the Wasm', async () => {
    const update = await icp('canister', 'call', 'stripe_backend', '-e', 'demo', 'http_request_update', '(record { method = "GET"; url = "/checkout/x"; headers = vec {}; body = blob "" })');
    expect(update).toContain('status_code = 400 : nat16');
    const query = await icp(...QUERY);
    expect(query).toContain('upgrade = opt true'); // names of fields, not their hashes
  });

  it('canister metadata: the Candid of the service', async () => {
    expect(await icp('canister', 'metadata', 'stripe_backend', 'candid:service', '-e', 'demo')).toContain('http_request_update');
  });

  it('canister stop and start', async () => {
    await icp('canister', 'stop', 'stripe_backend', '-e', 'demo');
    expect(await icp('canister', 'status', '-e', 'demo')).toContain('Status: Stopped');
    await icp('canister', 'start', 'stripe_backend', '-e', 'demo');
    expect(await icp('canister', 'status', '-e', 'demo')).toContain('Status: Running');
  });

  it('canister install: into an empty canister, over it by upgrade, and not over another’s', async () => {
    const empty = world.ic.createCanister({ controller });
    await icp('canister', 'link', '--force', 'stripe_backend', empty.toText(), '-e', 'demo');
    expect(await icp('canister', 'install', 'stripe_backend', '-e', 'demo', '--mode', 'install', '--args', INIT, '--wasm', WASM)).toContain('installed successfully');
    expect(await icp('canister', 'install', 'stripe_backend', '-e', 'demo', '--mode', 'upgrade', '--wasm', WASM)).toContain('installed successfully');
    const foreign = world.ic.createCanister();
    await expect(icp('canister', 'install', foreign.toText(), '-e', 'demo', '--mode', 'install', '--args', INIT, '--wasm', WASM)).rejects.toThrow('Only controllers of canister');
  });

  it('deploy: an upgrade of what is there, which keeps serving', async () => {
    await icp('canister', 'link', '--force', 'stripe_backend', world.canister.toText(), '-e', 'demo');
    const deployed = await icp('deploy', '-e', 'demo');
    expect(deployed).toContain(world.canister.toText());
    const host = new URL(world.gateway).host;
    const answer = await fetch(`http://${host}/checkout/nonsense?canisterId=${world.canister.toText()}`);
    expect(answer.status).toBe(400);
  });
});
