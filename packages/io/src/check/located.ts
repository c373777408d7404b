const KINDS = [SyntaxError, RangeError, TypeError] as const;

/** The result of `read`; what it throws says also where, as `… (file "a.npy")`, and keeps its class. */
export function located<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const Kind = KINDS.find((kind) => cause instanceof kind);
    if (!Kind || !(cause instanceof Error)) throw cause;
    throw new Kind(`${cause.message} (${where})`, { cause });
  }
}
