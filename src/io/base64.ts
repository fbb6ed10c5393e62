// Base64 (RFC 4648, with padding) for bytes of any length.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CODES = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
const PADDING = "=".charCodeAt(0);
const VALUES = new Int8Array(256).fill(-1);
for (const [value, code] of CODES.entries()) VALUES[code] = value;

export function toBase64(bytes: Uint8Array): string {
  const out = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  for (let i = 0, o = 0; i < bytes.length; i += 3, o += 4) {
    const left = bytes.length - i;
    const triple = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0);
    out[o] = CODES[triple >> 18]!;
    out[o + 1] = CODES[(triple >> 12) & 63]!;
    out[o + 2] = left > 1 ? CODES[(triple >> 6) & 63]! : PADDING;
    out[o + 3] = left > 2 ? CODES[triple & 63]! : PADDING;
  }
  return new TextDecoder().decode(out);
}

/** Undefined when `text` is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const letters = text.length - padding;
  const bytes = new Uint8Array((3 * text.length) / 4 - padding);
  let pending = 0;
  let o = 0;
  for (let i = 0; i < letters; i++) {
    const code = text.charCodeAt(i);
    const value = code < 256 ? VALUES[code]! : -1;
    if (value < 0) return undefined;
    pending = ((pending << 6) | value) & 0xffffff;
    if (i % 4 === 1) bytes[o++] = pending >> 4;
    else if (i % 4 === 2) bytes[o++] = pending >> 2;
    else if (i % 4 === 3) bytes[o++] = pending;
  }
  return bytes;
}
