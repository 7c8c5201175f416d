/** What every signature and every hash of a tree begins with, so that none can be taken for one of another purpose: the name's length in one byte, then the name (interface specification, "Signatures"). */
export function domainSeparator(name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(name.length), Buffer.from(name)]);
}
