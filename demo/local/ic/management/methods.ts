import { controllers, controllersAndItself, statusReaders } from './access.js';
import { encodeReply, RawRandResult } from './candid.js';
import { clearChunkStore, storedChunks, uploadChunk } from './chunks.js';
import { installChunkedCode, installCode, uninstallCode } from './code.js';
import { createCanister, depositCycles, provisionalCreateCanisterWithCycles, provisionalTopUpCanister, startCanister, stopCanister } from './lifecycle.js';
import type { Handler, Method } from './method.js';
import { updateSettings } from './settings.js';
import { canisterStatus } from './status.js';

/** 32 bytes nobody can foresee. */
const rawRand: Handler = (_call, { host }) => encodeReply(RawRandResult, host.random(32));

/** The methods that are carried out here. */
export const METHODS: Readonly<Record<string, Method>> = {
  create_canister: { ingress: 'nobody', keepsCycles: true, run: createCanister },
  provisional_create_canister_with_cycles: { ingress: 'anyone', run: provisionalCreateCanisterWithCycles },
  provisional_top_up_canister: { ingress: 'anyone', run: provisionalTopUpCanister },
  deposit_cycles: { ingress: 'nobody', keepsCycles: true, run: depositCycles },
  start_canister: { ingress: controllers, run: startCanister },
  stop_canister: { ingress: controllers, run: stopCanister },
  update_settings: { ingress: controllers, run: updateSettings },
  canister_status: { ingress: statusReaders, run: canisterStatus },
  install_code: { ingress: controllers, run: installCode },
  install_chunked_code: { ingress: controllers, run: installChunkedCode },
  uninstall_code: { ingress: controllers, run: uninstallCode },
  upload_chunk: { ingress: controllersAndItself, run: uploadChunk },
  clear_chunk_store: { ingress: controllersAndItself, run: clearChunkStore },
  stored_chunks: { ingress: controllersAndItself, run: storedChunks },
  raw_rand: { ingress: 'nobody', run: rawRand },
};

/** Methods of ic.did that are refused by name. */
export const NOT_IMPLEMENTED: ReadonlySet<string> = new Set([
  'canister_metrics', 'delete_canister', 'canister_info', 'canister_metadata', 'fetch_canister_logs', 'list_canisters',
  'ecdsa_public_key', 'sign_with_ecdsa', 'schnorr_public_key', 'sign_with_schnorr', 'vetkd_public_key', 'vetkd_derive_key',
  'bitcoin_get_balance', 'bitcoin_get_utxos', 'bitcoin_send_transaction', 'bitcoin_get_current_fee_percentiles', 'bitcoin_get_block_headers',
  'node_metrics_history', 'subnet_info',
  'take_canister_snapshot', 'load_canister_snapshot', 'list_canister_snapshots', 'delete_canister_snapshot',
  'read_canister_snapshot_metadata', 'read_canister_snapshot_data', 'upload_canister_snapshot_metadata', 'upload_canister_snapshot_data',
]);
