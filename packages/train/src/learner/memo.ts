/** Remembers f(n) for every n it was asked for: programs are compiled once for each batch size. */
export function memo<V>(f: (n: number) => V): (n: number) => V {
  const known = new Map<number, V>();
  return (n) => {
    const have = known.get(n);
    if (have !== undefined) return have;
    const made = f(n);
    known.set(n, made);
    return made;
  };
}
