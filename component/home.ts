/**
 * The origin of the canister that serves this script, where it is one that does: its build writes it in here.
 * All others ask only the canister that the tag names.
 */
export const home: string | undefined = undefined;
