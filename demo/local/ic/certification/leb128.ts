/** Unsigned LEB128 in its shortest form: how naturals stand in the state tree (interface specification, "Encoding of certificates") and are hashed ("Hash of map"). `value` is not negative. */
export function leb128(value: bigint): Uint8Array {
  const bytes: number[] = [];
  do {
    const low = Number(value & 0x7fn);
    value >>= 7n;
    bytes.push(value === 0n ? low : low | 0x80);
  } while (value !== 0n);
  return Uint8Array.from(bytes);
}
