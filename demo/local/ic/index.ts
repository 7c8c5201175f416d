/** A local Internet Computer in Node: it runs the Wasm that would be deployed, and serves it over HTTP. */
export { createAgentApi } from './agent-api/agent-api.js';
export { FAULT_FLAGS, type Faults, readFaults } from './faults.js';
export { type GatewayOptions, startGateway } from './gateway/gateway.js';
export { DEFAULT_CONTROLLER, LocalIc, type LocalIcOptions } from './local-ic.js';
export { RejectCode, RejectError } from './reject.js';
export type { ExecutedMessage } from './surroundings.js';
