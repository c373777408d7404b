import { inflateSync } from "fflate";

/** DEFLATE turns one byte into at most 1032: 258 bytes for a two-bit match. */
const MOST_EXPANSION = 1032;

/**
 * The `size` bytes that a raw DEFLATE stream holds. Memory is claimed only after the promised size proved possible.
 * @throws SyntaxError when the stream is damaged or holds another number of bytes.
 */
export function inflate(stream: Uint8Array, size: number, what: string): Uint8Array {
  if (size > stream.length * MOST_EXPANSION) {
    throw new SyntaxError(
      `Cannot read ${what}: it promises ${size} bytes from ${stream.length} compressed bytes; expected at most ${stream.length * MOST_EXPANSION}`,
    );
  }
  const room = new Uint8Array(size + 1); // the spare byte tells a stream that is too long
  const found = attempt(stream, room, what);
  if (found.length !== size) {
    const count = found.length > size ? "more" : `${found.length}`;
    throw new SyntaxError(`Cannot read ${what}: it promises ${size} bytes and holds ${count}; expected equal counts`);
  }
  return found;
}

function attempt(stream: Uint8Array, out: Uint8Array, what: string): Uint8Array {
  try {
    return inflateSync(stream, { out });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`Cannot read ${what}: the compressed data are damaged (${reason}); expected a DEFLATE stream`, {
      cause,
    });
  }
}
