// The two globals of text encoding: Node and every browser have them, the ES library of TypeScript does not.
declare const TextDecoder: new (label: string, options: { fatal: boolean }) => { decode(bytes: Uint8Array): string };
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

/** The longest string that every current engine can hold, in UTF-16 units (V8's limit, the smallest). */
const LONGEST_TEXT = 2 ** 29 - 24;

/**
 * The text of UTF-8 bytes, without a byte order mark.
 * @throws SyntaxError when the bytes are not UTF-8.
 * @throws RangeError when they are more than a string can hold, 512 MiB.
 */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  if (bytes.length > LONGEST_TEXT) {
    throw new RangeError(`Cannot read ${what}: the text has ${bytes.length} bytes; expected at most ${LONGEST_TEXT}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${what}: the bytes are not UTF-8; expected UTF-8 text`, { cause });
  }
}

/** The UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text whose character i has code `bytes[i]` (Latin-1). */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
