/** A request that is refused with an HTTP status and, in plain text, a reason that names the remedy. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
