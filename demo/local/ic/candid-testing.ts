import fc from 'fast-check';

const MIB = 2 ** 20;
/** Codes of types. */
const [OPT, VEC, RECORD, VARIANT, FUNC, SERVICE] = [0x6e, 0x6d, 0x6c, 0x6b, 0x6a, 0x69] as const;
const [NULL, BOOL, NAT, INT, NAT8, TEXT, RESERVED, EMPTY, PRINCIPAL] = [0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x71, 0x70, 0x6f, 0x68] as const;

const times = (count: number, ...items: number[]): number[] => Array.from({ length: count }, () => items).flat();
const list = (items: readonly number[][]): number[] => [...leb(items.length), ...items.flat()];

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))];
}

/** A record or variant of so many fields of this type. */
function fields(code: number, count: number, type: number): number[] {
  return [code, ...list(Array.from({ length: count }, (_, index) => [...leb(index), type]))];
}

/** A function of so many arguments of this type. */
function func(count: number, type: number): number[] {
  return [FUNC, ...leb(count), ...times(count, type), 0, 0];
}

/** A Candid message from the definitions of its table, the types of its values, and these. */
function message(table: readonly number[][], types: readonly number[], values: Iterable<number>): Uint8Array {
  return Uint8Array.from([...Buffer.from('DIDL'), ...list([...table]), ...leb(types.length), ...types, ...values]);
}

/** Definitions of options in options, the last of this type. */
function options(depth: number, type: number): number[][] {
  return Array.from({ length: depth }, (_, index) => [OPT, ...(index === depth - 1 ? [type] : leb(index + 1))]);
}

/** Records of two records each, the last of which are empty: two to the `depth` of them, in no bytes at all. */
function records(depth: number): Uint8Array {
  const table = Array.from({ length: depth }, (_, index) => [RECORD, 2, 0, ...leb(index), 1, ...leb(index)]);
  return message([[RECORD, 0], ...table], [depth], []);
}

const BLOB = [...leb(2 * MIB), ...new Uint8Array(2 * MIB)];
const STEPS = '10000 types and values';

/** Candid that the library would choke on, or that is none: what it is, its bytes, and why it is refused. */
export const BOMBS: [what: string, bytes: Uint8Array, refusal: string][] = [
  ['a vector of nulls', message([[VEC, NULL]], [0], leb(2 ** 32)), STEPS],
  ['a vector of reserved', message([[VEC, RESERVED]], [0], leb(2 ** 32)), STEPS],
  ['a vector of empty records', message([[RECORD, 0], [VEC, 0]], [1], leb(2 ** 32)), STEPS],
  ['records of records', records(30), STEPS],
  ['many values', message([[VEC, TEXT]], [0], [...leb(10_000), ...new Uint8Array(10_000)]), STEPS],
  ['a long number', message([], [NAT], [...times(MIB, 0x80), 1]), 'more than 64 bytes'],
  ['a long length', message([[VEC, NAT8]], [0], [...times(MIB, 0x80), 1]), 'more than 5 bytes'],
  ['deep options', message([[OPT, 0]], [0], [...times(5_000, 1), 0]), 'more than 32 deep'],
  ['a record that contains itself', message([[RECORD, 1, 0, 0]], [0], []), 'more than 32 deep'],
  ['many types beside a long blob', message([...options(100, NAT), [VEC, NAT8]], [100], BLOB), 'too many types'],
  ['many integers before a long blob', message([[VEC, INT], [VEC, NAT8]], [0, 1], [...leb(200), ...times(200, 0), ...BLOB]), 'too many types'],
  ['a long table', message(Array.from({ length: 6_000 }, () => [OPT, NAT]), [], []), STEPS],
  ['variants of many alternatives', message([fields(VARIANT, 100, NULL), [VEC, 0]], [1], list(Array.from({ length: 100 }, () => [99]))), STEPS],
  ['functions of many arguments', message([func(100, NULL), [VEC, 0]], [1], list(Array.from({ length: 100 }, () => [1, 1, 0, 0]))), STEPS],
  ['a function of many long types', message([fields(RECORD, 100, NULL), func(100, 0)], [1], [1, 1, 0, 0]), STEPS],
  ['a function of many annotations', message([[FUNC, 0, 0, ...leb(10_000), ...times(10_000, 1)]], [], []), STEPS],
  ['services of long methods', message([func(0, NULL), [SERVICE, ...list([[...leb(1_000), ...times(1_000, 0x61), 0]])], [VEC, 1]], [2], list(Array.from({ length: 10 }, () => [1, 0]))), STEPS],
  ['a service of many long functions', message([func(100, NULL), [SERVICE, ...list(Array.from({ length: 100 }, (_, index) => [1, index, 0]))]], [], []), STEPS],
  ['options of what does not decode', message(options(30, BOOL), [0], [...times(30, 1), 2]), 'a byte that can be 0 or 1 is 2'],
  ['options of no option', message(options(30, BOOL), [0], [...times(29, 1), 2]), 'a byte that can be 0 or 1 is 2'],
  ['options of no text', message(options(30, TEXT), [0], [...times(30, 1), 1, 0xff]), 'not UTF-8'],
  ['options of a function of no name', message([...options(30, 30), func(0, NULL)], [0], [...times(30, 1), 1, 1, 0, 1, 0xff]), 'not UTF-8'],
  ['options of an opaque function', message([...options(30, 30), func(0, NULL)], [0], [...times(30, 1), 0]), 'a function is opaque'],
  ['options of an opaque service', message([...options(30, 30), [SERVICE, 0]], [0], [...times(30, 1), 0]), 'a principal is opaque'],
  ['options of empty', message(options(30, EMPTY), [0], times(30, 1)), 'code -17 is not expected'],
  ['options of no alternative', message([...options(30, 30), fields(VARIANT, 1, NULL)], [0], [...times(30, 1), 1]), 'no such alternative'],
  ['a principal of 30 bytes', message([], [PRINCIPAL], [1, 30, ...new Uint8Array(30)]), 'at most 29'],
  ['a type that is not there', message([], [3], []), 'there is no type 3'],
  ['a type of the future', message([[0x67, 0]], [], []), 'code -25 is not expected'],
  ['a blob that ends too soon', message([[VEC, NAT8]], [0], [5, 1]), 'unexpected end'],
  ['bytes left over', message([], [], [1]), '1 bytes are left over'],
  ['no Candid', Uint8Array.from(Buffer.from('DIDX\0\0')), 'DIDL'],
  ['nothing', new Uint8Array(), 'unexpected end'],
];

/** Those that fit into one ingress message, with room for more. */
export const SMALL_BOMBS = BOMBS.filter(([, bytes]) => bytes.length < 1.5 * MIB);

/** Bytes with some of those from `start` on replaced. */
export function mutations(bytes: Uint8Array, start = 0): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.integer({ min: start, max: bytes.length - 1 }), fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff), fc.nat(255)));
  return fc.array(change, { maxLength: 4 }).map((changes) => {
    const mutated = bytes.slice();
    for (const [at, byte] of changes) mutated[at] = byte;
    return mutated;
  });
}

/** Whatever bytes: random ones, random ones after the magic ones, and those of an honest message with some of them replaced. */
export function hostile(honest: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.oneof(fc.uint8Array(), fc.uint8Array().map((tail) => Uint8Array.from([...Buffer.from('DIDL'), ...tail])), mutations(honest));
}
