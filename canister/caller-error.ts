/** What a caller did wrong, in words for them. The call is rejected with its message, which quotes no secret. */
export class CallerError extends Error {}
