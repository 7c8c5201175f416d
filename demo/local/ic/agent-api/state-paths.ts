import type { Principal } from '@dfinity/principal';
import type { CanisterState } from '../certification/subnet-state.js';
import { ApiError } from './api-error.js';
import type { Path } from './content.js';
import type { Scope } from './endpoint.js';
import type { KnownRequest } from './ingress-history.js';
import type { Targets } from './targets.js';

/** Who asks for paths, and where. */
export interface Asker {
  readonly sender: Principal;
  readonly targets: Targets;
  readonly scope: Scope;
  /** Of the endpoint. */
  readonly version: number;
}

/** What is needed to know of the state. */
export interface PathContext {
  readonly rootSubnet: Principal;
  canister(id: Principal): CanisterState | undefined;
  request(id: Uint8Array): KnownRequest | undefined;
}

/**
 * Checks that all paths may be asked for (interface specification, "Request: Read state"; the status codes are those of
 * DFINITY's nodes).
 * @throws {ApiError} 404 for a path that there is not at this endpoint, 403 for one of somebody else, 400 otherwise
 */
export function checkPaths(paths: readonly Path[], asker: Asker, context: PathContext): void {
  for (const path of paths) checkPath(path, asker, context);
  checkOne(paths, 'request_status', 'request id');
  checkOne(paths, 'canister_ranges', 'subnet id');
}

/** All paths that begin with `label` must have the same second label. */
function checkOne(paths: readonly Path[], label: string, what: string): void {
  const ids = new Set(paths.filter(([first]) => text(first) === label).map(([, id]) => hex(id)));
  if (ids.size > 1) throw new ApiError(400, `More than one ${what} in the paths under /${label}: ${[...ids].join(', ')}; ask for one at a time`);
}

/** The forms of paths, with `*` for an id or a name. */
const ALWAYS = forms(
  'time',
  'api_boundary_nodes', 'api_boundary_nodes/*', 'api_boundary_nodes/*/domain', 'api_boundary_nodes/*/ipv4_address', 'api_boundary_nodes/*/ipv6_address',
  'subnet', 'subnet/*', 'subnet/*/public_key', 'subnet/*/type', 'subnet/*/node', 'subnet/*/node/*', 'subnet/*/node/*/public_key',
);
const RANGES = forms('canister_ranges/*');
const FLAT_RANGES = forms('subnet/*/canister_ranges');
const METRICS = forms('subnet/*/metrics');
const REQUEST = forms(...['', '/status', '/reply', '/reject_code', '/reject_message', '/error_code'].map((end) => `request_status/*${end}`));
const CANISTER = forms(...['module_hash', 'controllers', 'canister_creation_timestamp', 'last_install_timestamp', 'metadata/*'].map((end) => `canister/*/${end}`));

function forms(...texts: readonly string[]): (path: Path) => boolean {
  const split = texts.map((form) => form.split('/'));
  return (path) => split.some((form) => form.length === path.length && form.every((part, at) => part === '*' || part === text(path[at])));
}

function checkPath(path: Path, asker: Asker, context: PathContext): void {
  const { scope, version } = asker;
  if (ALWAYS(path)) return;
  if (RANGES(path) && scope.kind === 'subnet') return;
  if (FLAT_RANGES(path) && (version === 2 || isId(path[1], context.rootSubnet))) return;
  if (METRICS(path) && scope.kind === 'subnet' && isId(path[1], scope.id)) return;
  if (REQUEST(path)) checkRequest(path, asker, context);
  else if (CANISTER(path) && scope.kind === 'canister') checkCanister(path, asker, context);
  else throw new ApiError(404, `Invalid path requested: ${JSON.stringify(path.map(text))} cannot be read at this endpoint`);
}

function checkRequest([, id = new Uint8Array()]: Path, { sender, targets, scope }: Asker, context: PathContext): void {
  if (id.length !== 32) throw new ApiError(400, `Invalid request id in paths: it has ${id.length} bytes, and must have 32`);
  const request = context.request(id);
  if (request === undefined) return;
  if (request.sender.compareTo(sender) !== 'eq') throw new ApiError(403, 'The user tries to access Request ID not signed by the caller: ask as the sender of the call');
  if (!targets.includes(request.canister)) {
    throw new ApiError(403, 'The user tries to access request IDs for canisters not belonging to sender delegation targets');
  }
  if (scope.kind !== 'canister' || request.effectiveCanister.compareTo(scope.id) !== 'eq') {
    throw new ApiError(400, `The call was sent to the effective canister id ${request.effectiveCanister.toText()}, not to ${scope.id.toText()}: ask at the former's URL`);
  }
}

function checkCanister([, id, , name]: Path, { sender, scope }: Asker, context: PathContext): void {
  if (!isId(id, scope.id)) throw new ApiError(400, `Effective principal id in URL ${scope.id.toText()} does not match requested principal id ${hex(id)} (hexadecimal): ask for a canister at its own URL`);
  if (name === undefined) return;
  const section = readName(name);
  const canister = context.canister(scope.id);
  const isPrivate = canister?.module?.metadata.some((metadata) => metadata.name === section && !metadata.isPublic) ?? false;
  if (isPrivate && canister?.controllers.some((controller) => controller.compareTo(sender) === 'eq') !== true) {
    throw new ApiError(403, `Custom section ${section.slice(0, 100)} can only be requested by the controllers of the canister`);
  }
}

function readName(name: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    throw new ApiError(400, 'Could not parse the custom section name: it is not UTF-8');
  }
}

const text = (label: Uint8Array | undefined) => Buffer.from(label ?? []).toString('latin1');
const hex = (id: Uint8Array | undefined) => Buffer.from(id ?? []).toString('hex');
const isId = (label: Uint8Array | undefined, id: Principal) => label !== undefined && Buffer.compare(label, id.toUint8Array()) === 0;
