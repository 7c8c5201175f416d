/** `npm start`: builds the element and the canister, and runs the world until Ctrl-C. */
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { Principal } from '@dfinity/principal';
import { FAULT_FLAGS, readFaults } from './local/ic/index.js';
import { MERCHANT, PortTaken, startWorld, type World, type WorldOptions } from './world.js';

const { env } = process;
const PORTS = { shop: ['8080', 'SHOP_PORT'], gateway: ['4943', 'GATEWAY_PORT'], stripe: ['4242', 'STRIPE_PORT'], identity: ['4950', 'IDENTITY_PORT'] } as const;

const USAGE = `npm start -- [--shop-port 8080] [--gateway-port 4943] [--stripe-port 4242] [--identity-port 4950]
             [--no-build] [--controller PRINCIPAL] [--identity-provider ORIGIN]
             [--nodes 4] [--seed TEXT] [--fault NAME[=VALUE]]…

--controller  who controls the canister, as with: icp identity principal
--nodes   how many nodes make each HTTPS outcall; 1 if not said
--seed    the same keys and random numbers in every run with the same text
--identity-provider
          who signs people in, instead of the stand-in: https://id.ai is Internet Identity,
          https://identity.internetcomputer.org its older address. For a canister on mainnet:
          Internet Identity signs by canister signatures, which the local Internet Computer
          does not verify
--fault   what goes wrong, any number of times: ${FAULT_FLAGS.join(', ')}
          (numbers: round-ms=2000, outcall-loss=0.2)

Environment: SHOP_PORT, GATEWAY_PORT, STRIPE_PORT, IDENTITY_PORT; IDENTITY_PROVIDER; STRIPE_API_KEY and STRIPE_PAYMENT_LINK, both, for the real Stripe.`;

try {
  const { build, help, ...options } = readFlags();
  if (help) console.log(USAGE);
  else await run(options, build);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

async function run(options: Pick<WorldOptions, 'ports' | 'ic' | 'controller' | 'identityProvider'>, build: boolean): Promise<void> {
  const stripe = readStripe();
  if (build) {
    console.log('Building the element and the canister…');
    await Promise.all([npmRun('build:element'), npmRun('build:canister')]);
  }
  const world = await startWorld({ ...options, stripe, log: (line) => console.log(`[canister] ${line}`) });
  console.log(welcome(world, options.identityProvider !== undefined));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void world.close().then(() => process.exit(0)));
}

async function npmRun(script: string): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', script]).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`npm run ${script} failed:\n${error.stdout}${error.stderr}`);
  });
}

function readFlags(): Pick<WorldOptions, 'ports' | 'ic' | 'controller' | 'identityProvider'> & { build: boolean; help: boolean } {
  const { values } = parseArgs({
    options: {
      'shop-port': { type: 'string' },
      'gateway-port': { type: 'string' },
      'stripe-port': { type: 'string' },
      'identity-port': { type: 'string' },
      'identity-provider': { type: 'string' },
      controller: { type: 'string' },
      nodes: { type: 'string', default: '1' },
      seed: { type: 'string' },
      fault: { type: 'string', multiple: true, default: [] },
      build: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  const read = (server: keyof typeof PORTS) => {
    const [usual, variable] = PORTS[server];
    const text = values[`${server}-port`] ?? env[variable] ?? usual;
    const port = Number(text);
    if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`--${server}-port is a number up to 65535, not ${JSON.stringify(text)}.`);
    return port;
  };
  const ports = { shop: read('shop'), gateway: read('gateway'), stripe: read('stripe'), identity: read('identity') };
  const nodes = Number(values.nodes);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 40) throw new Error(`--nodes is a number from 1 to 40, not ${JSON.stringify(values.nodes)}.`);
  const controller = values.controller === undefined ? undefined : readPrincipal(values.controller);
  const provider = values['identity-provider'] ?? env.IDENTITY_PROVIDER;
  const identityProvider = provider ? readOrigin(provider) : undefined;
  return { ports, controller, identityProvider, ic: { nodes, seed: values.seed, faults: readFaults(values.fault) }, build: values.build, help: values.help };
}

function readPrincipal(text: string): Principal {
  try {
    return Principal.fromText(text);
  } catch {
    throw new Error(`--controller is a principal, as \`icp identity principal\` prints it, not ${JSON.stringify(text)}.`);
  }
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && /^(?:.+\.)?localhost$/.test(url.hostname));
  if (!isSafe || url.href !== `${url.origin}/`) throw new Error(`--identity-provider is an origin, such as https://id.ai, not ${JSON.stringify(text)}.`);
  return url.origin;
}

function readStripe(): { key: string; paymentLink: string } | undefined {
  const { STRIPE_API_KEY: key, STRIPE_PAYMENT_LINK: paymentLink } = env;
  if (!key && !paymentLink) return undefined;
  if (!key || !paymentLink) throw new Error('For the real Stripe set both STRIPE_API_KEY and STRIPE_PAYMENT_LINK.');
  if (!/^rk_test_/.test(key)) throw new Error('STRIPE_API_KEY must be a restricted test key, rk_test_…: this is a demo, and live keys charge real cards.');
  return { key, paymentLink };
}

function welcome({ shop, gateway, dashboard, stripe, identityProvider, canister }: World, isRealIdentity: boolean): string {
  const host = gateway.replace('localhost', `${canister.toText()}.localhost`);
  const tryThis = stripe
    ? 'Click "Buy now" and pay with 4242 4242 4242 4242, any date to come and any CVC; 4000 0000 0000 0002 is declined.'
    : 'Click "Buy now" and pay with a test card: https://docs.stripe.com/testing';
  return `
  Shop      ${shop}/
  Canister  ${canister.toText()}
            ${host}/checkout/{session_id}
  Dashboard ${dashboard}${isRealIdentity ? '' : ` (sign in as ${MERCHANT})`}
  Stripe    ${stripe ? `${stripe.url}/ (a stand-in)` : 'https://api.stripe.com/'}
  Identity  ${identityProvider}/ (${isRealIdentity ? 'for a canister on mainnet: the local Internet Computer does not verify it' : 'a stand-in'})

${tryThis}
Ctrl-C ends everything.`;
}

function explain(error: unknown): string {
  if (error instanceof PortTaken) {
    return `Port ${error.port} is taken. Free it, or name another: npm start -- --${error.server}-port ${error.port < 65_535 ? error.port + 1 : 8081}`;
  }
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) return `${error.message}\n\n${USAGE}`;
  return error instanceof Error ? error.message : String(error);
}
