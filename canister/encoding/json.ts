/** Whether a parsed JSON value has fields to look at: an object, or an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
