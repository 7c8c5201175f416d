/** Closes a switch: a case nobody handles is a type error, and at run time a loud one. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected ${JSON.stringify(value)}`);
}
