// A module over a memory that threads share is the same code: only the limits in the import of its memory differ, which then say
// "shared" and must name a maximum. https://webassembly.github.io/threads/core/binary/types.html#limits

const HEADER = 8; // magic number and version
const IMPORTS = 2; // id of the section
const [FUNCTION, MEMORY] = [0, 2]; // kinds of import
const HAS_MAXIMUM = 1;
const SHARED_WITH_MAXIMUM = 3;

/** @throws RangeError for a module that imports anything but functions and a memory. */
export function withSharedMemory(bytes: Uint8Array<ArrayBuffer>, pages: number): Uint8Array<ArrayBuffer> {
  for (let at = HEADER; at < bytes.length; ) {
    const size = readNumber(bytes, at + 1);
    const end = size.next + size.value;
    if (bytes[at] === IMPORTS) {
      const section = sharedImports(bytes.subarray(size.next, end), pages);
      return Uint8Array.from([
        ...bytes.subarray(0, at + 1),
        ...numberBytes(section.length),
        ...section,
        ...bytes.subarray(end),
      ]);
    }
    at = end;
  }
  throw new RangeError("the module imports nothing");
}

function sharedImports(section: Uint8Array, pages: number): number[] {
  const count = readNumber(section, 0);
  const out = numberBytes(count.value);
  let at = count.next;
  for (let i = 0; i < count.value; i++) {
    const begin = at;
    for (let name = 0; name < 2; name++) {
      const length = readNumber(section, at);
      at = length.next + length.value;
    }
    const kind = section[at++];
    if (kind === FUNCTION) {
      at = readNumber(section, at).next;
      out.push(...section.subarray(begin, at));
    } else if (kind === MEMORY) {
      out.push(...section.subarray(begin, at));
      const flags = section[at++]!;
      const least = readNumber(section, at);
      at = flags & HAS_MAXIMUM ? readNumber(section, least.next).next : least.next;
      out.push(SHARED_WITH_MAXIMUM, ...numberBytes(least.value), ...numberBytes(pages));
    } else throw new RangeError(`the module imports something of kind ${kind}`);
  }
  return out;
}

/** An unsigned number of 7 bits a byte, lowest first. */
function readNumber(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++]!;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, next: at };
  }
}

function numberBytes(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}
