// The largest logits of one row.

/** Where the list is: k logits in doubles, largest first, and then k indices. Emptied: −∞ and −1. */
// @ts-ignore: decorator
@inline
export function emptyBest(best: usize, k: i32): void {
  for (let j: i32 = 0; j < k; j++) {
    store<f64>(best + (<usize>j << 3), -Infinity);
    store<i32>(best + (<usize>k << 3) + (<usize>j << 2), -1);
  }
}

/** Puts n logits of atoms from, from + 1, … into the list of k; a tie goes behind, to the larger index. */
export function pushBest(best: usize, k: i32, logits: usize, n: i32, from: i32): void {
  const indices = best + (<usize>k << 3);
  const last = best + (<usize>(k - 1) << 3);
  for (let i: i32 = 0; i < n; i++) {
    const logit = load<f64>(logits + (<usize>i << 3));
    if (!(logit > load<f64>(last))) continue;
    let at = k - 1;
    for (; at > 0; at--) {
      const before = load<f64>(best + (<usize>(at - 1) << 3));
      if (!(logit > before)) break;
      store<f64>(best + (<usize>at << 3), before);
      store<i32>(indices + (<usize>at << 2), load<i32>(indices + (<usize>(at - 1) << 2)));
    }
    store<f64>(best + (<usize>at << 3), logit);
    store<i32>(indices + (<usize>at << 2), from + i);
  }
}
