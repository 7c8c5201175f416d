import { Trap } from '../execution.js';
import { PAGE } from '../image.js';
import type { Host, SystemFunctions } from './host.js';

/** The 32-bit functions reach this many pages: 4 GiB. */
const MAX_PAGES_32 = 2 ** 32 / PAGE;

/** Stable memory by its 64-bit functions, and by the deprecated 32-bit ones ("Stable memory"). */
export function stableFunctions(host: Host): SystemFunctions {
  const checkRange = (offset: bigint, size: bigint) => {
    if (offset + size > BigInt(host.stable.pages) * BigInt(PAGE)) {
      throw new Trap(`Canister trapped: stable memory out of bounds (${size} bytes at ${offset}, of ${host.stable.pages} pages)`);
    }
  };
  const heapRange = (start: bigint, size: bigint): [number, number] => {
    // Beyond 2^53 a number is no longer exact, and out of the heap's bounds all the same.
    if (start + size > 2n ** 32n) throw new Trap(`Canister trapped: heap out of bounds (${size} bytes at ${start})`);
    return [Number(start), Number(size)];
  };
  const read = (dst: bigint, offset: bigint, size: bigint) => {
    checkRange(offset, size);
    host.stable.read(Number(offset), host.memory.view(...heapRange(dst, size)));
  };
  const write = (offset: bigint, src: bigint, size: bigint) => {
    checkRange(offset, size);
    host.stable.write(Number(offset), host.memory.view(...heapRange(src, size)));
  };
  const check32 = () => {
    if (host.stable.pages > MAX_PAGES_32) throw new Trap('Canister trapped: stable memory is larger than 4 GiB; use the 64-bit functions');
  };

  return {
    stable64_size: () => BigInt(host.stable.pages),
    stable64_grow: (pages: bigint) => BigInt(host.stable.grow(Number(pages))),
    stable64_read: read,
    stable64_write: write,
    stable_size: () => {
      check32();
      return host.stable.pages;
    },
    stable_grow: (pages: number) => {
      check32();
      return host.stable.pages + pages > MAX_PAGES_32 ? -1 : host.stable.grow(pages);
    },
    stable_read: (dst: number, offset: number, size: number) => {
      check32();
      read(BigInt(dst), BigInt(offset), BigInt(size));
    },
    stable_write: (offset: number, src: number, size: number) => {
      check32();
      write(BigInt(offset), BigInt(src), BigInt(size));
    },
  };
}
