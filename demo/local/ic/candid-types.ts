import type { CandidReader } from './candid-reader.js';

/** Codes of the types that are told apart here (Candid specification, "Types"). */
export const TYPE = {
  null: -1, bool: -2, nat: -3, int: -4, nat8: -5, nat16: -6, nat32: -7, nat64: -8, int8: -9, int16: -10, int32: -11, int64: -12,
  float32: -13, float64: -14, text: -15, reserved: -16, opt: -18, vec: -19, record: -20, variant: -21, func: -22, service: -23, principal: -24,
} as const;

/** A definition in a message's type table. The types in it are codes, negative, or places in the table. */
export interface Definition {
  readonly code: number;
  readonly parts: readonly number[];
  /** How long the library's name of the type is, in parts or in letters. */
  readonly size: number;
}

/**
 * The type table of a message.
 * @throws {Error} that says what is wrong
 */
export function readTypeTable(reader: CandidReader): Definition[] {
  const definitions: Definition[] = [];
  for (let count = reader.unsigned(); count > 0; count -= 1) definitions.push(readDefinition(reader));
  return definitions.map((definition) => {
    if (definition.code !== TYPE.service) return definition;
    const size = definition.parts.reduce((sum, part) => sum + (definitions[part]?.size ?? 0), definition.size); // its name has its functions' names in it
    reader.step(size);
    return { ...definition, size };
  });
}

function readDefinition(reader: CandidReader): Definition {
  const code = reader.type();
  switch (code) {
    case TYPE.opt:
    case TYPE.vec:
      return { code, parts: [reader.type()], size: 1 };
    case TYPE.record:
    case TYPE.variant: {
      const parts = list(reader, () => {
        reader.unsigned(); // the hash of the field's name
        return reader.type();
      });
      return { code, parts, size: parts.length };
    }
    case TYPE.func: {
      const parts = [...list(reader, () => reader.type()), ...list(reader, () => reader.type())];
      const annotations = list(reader, () => {
        reader.step();
        return reader.unsigned();
      });
      return { code, parts, size: parts.length + annotations.length };
    }
    case TYPE.service: {
      let letters = 0;
      const parts = list(reader, () => {
        letters += reader.text();
        return reader.type();
      });
      return { code, parts, size: parts.length + letters };
    }
    default:
      throw new Error(`a type definition of code ${code} is not expected here`);
  }
}

function list(reader: CandidReader, item: () => number): number[] {
  const items: number[] = [];
  for (let count = reader.unsigned(); count > 0; count -= 1) items.push(item());
  return items;
}
