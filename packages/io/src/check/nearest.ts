/** The least number of letters to insert, delete, replace or swap with a neighbour that turns p into q [Damerau1964]. */
export function editDistance(p: string, q: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: q.length + 1 }, (_, j) => j);
  for (let i = 1; i <= p.length; i++) {
    const current = [i];
    for (let j = 1; j <= q.length; j++) {
      const same = p[i - 1] === q[j - 1];
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && p[i - 1] === q[j - 2] && p[i - 2] === q[j - 1]) best = Math.min(best, (older[j - 2] ?? 0) + 1);
      current.push(best);
    }
    older = previous;
    previous = current;
  }
  return previous[q.length] ?? 0;
}

/** The known name that was probably meant, ignoring case and separators; undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const fold = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(fold(name), fold(candidate)) }))
    .sort((p, q) => p.distance - q.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const isPart = fold(best.candidate).startsWith(fold(name)) && fold(name).length >= 2;
  return isPart || best.distance <= Math.max(1, Math.floor(fold(best.candidate).length / 3)) ? best.candidate : undefined;
}
