import type { Principal } from '@dfinity/principal';
import { labelBytes, type Path } from './hash-tree.js';
import { stateTree } from './state-tree.js';
import type { SubnetState } from './subnet-state.js';
import type { DelegationFormat, Trust } from './trust.js';
import { withhold, witness } from './witness.js';

const TIME: Path = [labelBytes('time')];

/**
 * What a canister gets of `ic0.data_certificate`: its certified data and `/time` (interface specification, "Certified
 * data"). The format is the one of the query's endpoint, for it is to the client that the canister hands the certificate.
 */
export function dataCertificate(trust: Trust, state: SubnetState, canister: Principal, format: DelegationFormat): Uint8Array {
  const path = [labelBytes('canister'), canister.toUint8Array(), labelBytes('certified_data')];
  return trust.certify(witness(stateTree(trust, state), [TIME, path]), state.time, format);
}

/**
 * The certificate that answers a read_state request, or a synchronous call with the path of its request status
 * (interface specification, "Request: Read state"). It shows `/time`, and all that is below the paths, except for the
 * canister ranges of other subnets than the root one, which only the `flat` endpoints show under `/subnet`. Whether the
 * caller may ask for the paths is the API's to decide.
 */
export function readStateCertificate(trust: Trust, state: SubnetState, paths: readonly Path[], format: DelegationFormat): Uint8Array {
  const asked = witness(stateTree(trust, state), [TIME, ...paths]);
  const shown = format === 'flat' ? asked : flatRanges(trust).reduce(withhold, asked);
  return trust.certify(shown, state.time, format);
}

function flatRanges({ topology, rootSubnet }: Trust): Path[] {
  const others = topology.filter((subnet) => subnet.id.compareTo(rootSubnet) !== 'eq');
  return others.map((subnet) => [labelBytes('subnet'), subnet.id.toUint8Array(), labelBytes('canister_ranges')]);
}
