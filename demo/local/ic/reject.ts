/** Reject codes of the interface specification ("Reject codes"). */
export const RejectCode = {
  SysFatal: 1,
  SysTransient: 2,
  DestinationInvalid: 3,
  CanisterReject: 4,
  CanisterError: 5,
  SysUnknown: 6,
} as const;
export type RejectCode = (typeof RejectCode)[keyof typeof RejectCode];

/**
 * Error codes as the replica has them, more exact than a reject code, which is their first digit. Clients see them in
 * `error_code` ("Error codes": an implementation's own), and the `icp` command line goes by some.
 */
export const ErrorCode = {
  CanisterIdAlreadyExists: 205,
  StopCanisterRequestTimeout: 206,
  CanisterOutOfCycles: 207,
  CanisterNotFound: 301,
  InsufficientCyclesForCreateCanister: 403,
  CanisterNotHostedBySubnet: 405,
  CanisterRejectedMessage: 406,
  InvalidManagementPayload: 408,
  CanisterTrapped: 502,
  CanisterCalledTrap: 503,
  CanisterContractViolation: 504,
  CanisterInvalidWasm: 505,
  CanisterDidNotReply: 506,
  CanisterStopped: 508,
  CanisterStopping: 509,
  CanisterStoppingCancelled: 511,
  CanisterInvalidController: 512,
  CanisterNonEmpty: 514,
  CanisterInstructionLimitExceeded: 522,
  CanisterMethodNotFound: 536,
  CanisterWasmModuleNotFound: 537,
  CanisterWasmMemoryLimitExceeded: 539,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** What a call ends with: exactly one of a reply and a reject. */
export type Response = { readonly kind: 'reply'; readonly data: Uint8Array } | Reject;

export interface Reject {
  readonly kind: 'reject';
  readonly code: RejectCode;
  readonly message: string;
  readonly errorCode?: ErrorCode;
}

export function reject(code: RejectCode, message: string): Reject {
  return { kind: 'reject', code, message };
}

/** A reject whose code follows from its error code. */
export function rejectWith(errorCode: ErrorCode, message: string): Reject {
  return { kind: 'reject', code: Math.floor(errorCode / 100) as RejectCode, message, errorCode };
}

/** An error code as clients see it. */
export function errorCodeText(errorCode: ErrorCode): string {
  return `IC0${errorCode}`;
}

/** A call that the Internet Computer, or the canister itself, answered with a reject. */
export class RejectError extends Error {
  override readonly name = 'RejectError';
  /** See {@link RejectCode}: 1 SysFatal, 2 SysTransient, 3 DestinationInvalid, 4 CanisterReject, 5 CanisterError, 6 SysUnknown. */
  readonly code: RejectCode;
  readonly errorCode: ErrorCode | undefined;

  constructor(code: RejectCode, message: string, errorCode?: ErrorCode) {
    super(message);
    this.code = code;
    this.errorCode = errorCode;
  }

  get response(): Reject {
    return { kind: 'reject', code: this.code, message: this.message, errorCode: this.errorCode };
  }
}

/** @throws {RejectError} when the response is a reject. */
export function replyOrThrow(response: Response): Uint8Array {
  if (response.kind === 'reject') throw new RejectError(response.code, response.message, response.errorCode);
  return response.data;
}
