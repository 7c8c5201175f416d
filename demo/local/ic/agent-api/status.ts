import type { Trust } from '../certification/trust.js';
import { type Answer, cborAnswer } from './answer.js';

/** The version of the interface that DFINITY's nodes give. */
const API_VERSION = '0.18.0';

/** `/api/v2/status` (interface specification, "Status endpoint"): above all the root key, which clients of a local network fetch here. */
export function answerStatus(trust: Trust): Answer {
  return cborAnswer({ ic_api_version: API_VERSION, impl_version: 'local', replica_health_status: 'healthy', root_key: trust.rootKey });
}
