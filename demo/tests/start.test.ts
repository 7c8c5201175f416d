/** What `npm start` runs, as a process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

const FREE = ['--no-build', '--shop-port', '0', '--gateway-port', '0', '--stripe-port', '0', '--identity-port', '0'];
let running: Started | undefined;
afterEach(() => running?.process.kill('SIGKILL'));

interface Started {
  process: ChildProcess;
  /** What it has printed so far, both streams. */
  output(): string;
  exited: Promise<number | null>;
}

function start(args: string[], env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/start.ts', ...args], { env: { ...process.env, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  return (running = { process: child, output: () => text, exited });
}

const ready = (started: Started) => expect.poll(() => started.output(), { timeout: 20_000 }).toContain('Ctrl-C ends everything');

describe('npm start', () => {
  it('says where everything is and what to try, and Ctrl-C ends it', async () => {
    const world = start(FREE);
    await ready(world);
    const output = world.output();
    const [, shop] = /Shop +(\S+)/.exec(output)!;
    expect(output).toMatch(/Canister +[a-z0-9-]+-cai/);
    expect(output).toMatch(/http:\/\/[a-z0-9-]+\.localhost:\d+\/checkout\/\{session_id\}/);
    expect(output).toMatch(/Stripe +http:\/\/localhost:\d+\//);
    expect(output).toMatch(/Identity +http:\/\/localhost:\d+\/ \(a stand-in\)/);
    expect(output).toContain('4242 4242 4242 4242');
    const page = await (await fetch(shop)).text();
    expect(page).toContain('<ic-stripe-pay');
    expect((await fetch(new URL('/ic-stripe-pay.js', shop))).status).toBe(200);
    world.process.kill('SIGINT');
    expect(await world.exited).toBe(0);
    await expect(fetch(shop)).rejects.toThrow();
  });

  it('with the real Stripe leaves the stand-in off', async () => {
    const world = start(FREE, { STRIPE_API_KEY: 'rk_test_1', STRIPE_PAYMENT_LINK: 'https://buy.stripe.com/test_1' });
    await ready(world);
    expect(world.output()).toMatch(/Stripe +https:\/\/api\.stripe\.com\//);
    expect(world.output()).not.toContain('rk_test_1');
    const [, shop] = /Shop +(\S+)/.exec(world.output())!;
    expect(await (await fetch(shop)).text()).toContain('payment-link="https://buy.stripe.com/test_1"');
  });

  it.each([
    [['--identity-provider', 'https://id.ai'], {}],
    [[], { IDENTITY_PROVIDER: 'https://id.ai/' }],
  ] as [string[], Record<string, string>][])('with the real Internet Identity, by %j and %j, leaves the stand-in off', async (args, env) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    try {
      const world = start([...FREE, '--identity-port', String((taken.address() as AddressInfo).port), ...args], env);
      await ready(world);
      expect(world.output()).toMatch(/Identity +https:\/\/id\.ai\/ \(for a canister on mainnet/);
    } finally {
      taken.close();
    }
  });

  it('on a port that is taken names the flag for another', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      for (const server of ['shop', 'gateway', 'stripe', 'identity']) {
        const world = start([...FREE, `--${server}-port`, String(port)]);
        expect(await world.exited).toBe(1);
        expect(world.output()).toContain(`Port ${port} is taken`);
        expect(world.output()).toContain(`--${server}-port ${port + 1}`);
      }
    } finally {
      taken.close();
    }
  });

  it.each([
    [['--shop-port', 'eighty'], {}, '--shop-port is a number up to 65535'],
    [['--nodes', '0'], {}, '--nodes is a number from 1 to 40'],
    [['--fault', 'rounds=2'], {}, 'There is no fault "rounds"; there are round-ms'],
    [['--identity-provider', 'http://id.ai'], {}, '--identity-provider is an origin, such as https://id.ai, not "http://id.ai"'],
    [['--identity-provider', 'https://id.ai/authorize'], {}, '--identity-provider is an origin'],
    [['--identity-provider', 'id.ai'], {}, '--identity-provider is an origin'],
    [['--shop'], {}, 'npm start -- [--shop-port 8080]'],
    [[], { STRIPE_API_KEY: 'rk_test_1' }, 'set both STRIPE_API_KEY and STRIPE_PAYMENT_LINK'],
    [[], { STRIPE_API_KEY: 'rk_live_1', STRIPE_PAYMENT_LINK: 'https://buy.stripe.com/1' }, 'must be a restricted test key'],
  ] as [string[], Record<string, string>, string][])('%j is a mistake that it explains', async (args, env, message) => {
    const world = start(['--no-build', ...args], env);
    expect(await world.exited).toBe(1);
    expect(world.output()).toContain(message);
    expect(world.output()).not.toContain('rk_test_1');
  });
});
