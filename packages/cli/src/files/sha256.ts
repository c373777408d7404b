import { createHash } from "node:crypto";

/** The SHA-256 digest as 64 hexadecimal digits, by the machine's own fast implementation. */
export function sha256(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
