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

/** A call that the Internet Computer, or the canister itself, answered with a reject. */
export class RejectError extends Error {
  override readonly name = 'RejectError';
  /** See {@link RejectCode}: 1 SysFatal, 2 SysTransient, 3 DestinationInvalid, 4 CanisterReject, 5 CanisterError, 6 SysUnknown. */
  readonly code: RejectCode;

  constructor(code: RejectCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a call ends with: exactly one of a reply and a reject. */
export type Response =
  | { readonly kind: 'reply'; readonly data: Uint8Array }
  | { readonly kind: 'reject'; readonly code: RejectCode; readonly message: string };

export function reject(code: RejectCode, message: string): Response {
  return { kind: 'reject', code, message };
}

/** @throws {RejectError} when the response is a reject. */
export function replyOrThrow(response: Response): Uint8Array {
  if (response.kind === 'reject') throw new RejectError(response.code, response.message);
  return response.data;
}
