import { type ErrorCode, RejectError, rejectWith } from '../reject.js';

export { ErrorCode } from '../reject.js';

/** A reject by the management canister, in the replica's words where it has any. */
export class ManagementError extends RejectError {
  constructor(errorCode: ErrorCode, message: string) {
    super(rejectWith(errorCode, message).code, message, errorCode);
  }
}
