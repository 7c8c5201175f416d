import { IDL } from '@dfinity/candid';
import { checkCandidBounds } from './candid-bounds.js';

class BlobClass extends IDL.VecClass<number | bigint> {
  override decodeValue(...[bytes, wire]: Parameters<IDL.VecClass<number | bigint>['decodeValue']>): (number | bigint)[] {
    if (this.checkType(wire).name !== this.name) throw new Error(`type mismatch: ${this.name} is expected`);
    return super.decodeValue(bytes, wire);
  }
}

/**
 * `vec nat8`, for types to decode by. `IDL.Vec(IDL.Nat8)` would take any vector for one, and as many bytes as the vector
 * has elements: all that follows would be read from the wrong place, where nothing has been checked.
 */
export const Blob: IDL.VecClass<number | bigint> = new BlobClass(IDL.Nat8);

/**
 * Decodes Candid that anybody may have made, within bounds of time and memory.
 * @param types of the values; vectors of integers of a fixed size as {@link Blob} alone
 * @throws {Error} that says what is wrong, when the bytes are not Candid of these types, or take too long to decode
 */
export function decodeCandid(types: IDL.Type[], bytes: Uint8Array): unknown[] {
  checkCandidBounds(bytes);
  return IDL.decode(types, new Uint8Array(bytes)); // a copy: of a view, the library would read the buffer from its beginning
}
