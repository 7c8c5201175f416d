import { CandidReader } from './candid-reader.js';
import { type Definition, readTypeTable, TYPE } from './candid-types.js';

const MAX_DEPTH = 32;

/** Bytes of the integers that always take the same number of them, which the library decodes by the vector. */
const INTEGER_SIZES = new Map<number, number>([
  [TYPE.nat8, 1], [TYPE.nat16, 2], [TYPE.nat32, 4], [TYPE.nat64, 8], [TYPE.int8, 1], [TYPE.int16, 2], [TYPE.int32, 4], [TYPE.int64, 8],
]);
/** Bytes of all types that always take the same number of them, whatever those are. */
const SIZES = new Map<number, number>([...INTEGER_SIZES, [TYPE.null, 0], [TYPE.float32, 4], [TYPE.float64, 8], [TYPE.reserved, 0]]);

/**
 * Walks through a Candid message and refuses what the decoder would take too long for: a vector of a billion nulls takes
 * eight bytes, and so do records of records of nothing. What is wrong in itself is refused, too: where a value in an
 * option does not decode, the library decodes it a second time, and so 2ⁿ times in n options.
 * @throws {Error} that says what is wrong
 */
export function checkCandidBounds(message: Uint8Array): void {
  const reader = new CandidReader(message);
  if (Buffer.from(reader.take(4)).toString('latin1') !== 'DIDL') throw new Error('it does not begin with DIDL');
  const walk = new Walk(reader, readTypeTable(reader));
  const types: number[] = [];
  for (let count = reader.unsigned(); count > 0; count -= 1) types.push(reader.type());
  for (const type of types) walk.value(type, 0);
  reader.end();
}

class Walk {
  readonly #reader: CandidReader;
  readonly #definitions: readonly Definition[];

  constructor(reader: CandidReader, definitions: readonly Definition[]) {
    this.#reader = reader;
    this.#definitions = definitions;
  }

  value(type: number, depth: number): void {
    this.#reader.step();
    if (depth > MAX_DEPTH) throw new Error(`values are nested more than ${MAX_DEPTH} deep`);
    if (type >= 0) {
      this.#compound(type, depth + 1);
      return;
    }
    const size = SIZES.get(type);
    if (size !== undefined) this.#reader.take(size);
    else if (type === TYPE.bool) this.#reader.flag();
    else if (type === TYPE.nat) this.#reader.natural();
    else if (type === TYPE.int) this.#reader.integer();
    else if (type === TYPE.text) this.#reader.text();
    else if (type === TYPE.principal) this.#reader.principal();
    else throw new Error(`a value of type code ${type} is not expected here`);
  }

  #compound(index: number, depth: number): void {
    const definition = this.#definitions[index];
    if (definition === undefined) throw new Error(`there is no type ${index}`);
    const { code, parts } = definition;
    const [part = TYPE.null] = parts;
    if (code === TYPE.opt) {
      if (this.#reader.flag()) this.value(part, depth);
    } else if (code === TYPE.vec) {
      this.#vector(part, depth);
    } else if (code === TYPE.record) {
      for (const field of parts) this.value(field, depth);
    } else if (code === TYPE.variant) {
      this.#spell(definition);
      const choice = parts[this.#reader.unsigned()];
      if (choice === undefined) throw new Error('a variant has no such alternative');
      this.value(choice, depth);
    } else {
      this.#spell(definition);
      if (code === TYPE.func) this.#reader.function();
      else this.#reader.principal();
    }
  }

  #vector(part: number, depth: number): void {
    const length = this.#reader.unsigned();
    const size = INTEGER_SIZES.get(part);
    if (size !== undefined) this.#reader.take(length * size);
    else for (let left = length; left > 0; left -= 1) this.value(part, depth);
  }

  /**
   * Counts what the library does with the type itself, again for each value: it looks through the alternatives of a
   * variant, compares functions and services by their names, and spells out types, two deep, to say that they do not fit.
   */
  #spell({ parts, size }: Definition): void {
    this.#reader.step(parts.reduce((sum, part) => sum + (this.#definitions[part]?.size ?? 1), size));
  }
}
