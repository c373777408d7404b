/**
 * The middle of a list; the mean of the two middle ones of an even list.
 * @param {readonly number[]} values
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** @typedef {{ median: number, least: number, largest: number, times: readonly number[] }} Summary */

/**
 * What the rounds of one engine say: the median, and the least and largest, all in milliseconds.
 * @param {readonly number[]} times
 * @returns {Summary}
 */
export const summaryOf = (times) => ({ median: median(times), least: Math.min(...times), largest: Math.max(...times), times });

/**
 * The median over rounds of the ratio of two engines in the same round (how many times as fast the second is), and its
 * range: what both met in a round, other work on the machine included, divides out.
 * @param {readonly number[]} peer
 * @param {readonly number[]} ours
 */
export function ratioOf(peer, ours) {
  const ratios = ours.map((time, round) => peer[round] / time);
  return { median: median(ratios), least: Math.min(...ratios), largest: Math.max(...ratios) };
}

/**
 * Runs every engine once a round, in an order that turns from round to round. The first round warms up and is not kept.
 * @template {string} K
 * @param {readonly K[]} names
 * @param {number} rounds
 * @param {(name: K) => Promise<number>} once Milliseconds of one run.
 * @returns {Promise<Record<K, number[]>>}
 */
export async function interleave(names, rounds, once) {
  const times = /** @type {Record<K, number[]>} */ (
    Object.fromEntries(names.map((name) => [name, /** @type {number[]} */ ([])]))
  );
  for (let round = -1; round < rounds; round++) {
    for (let k = 0; k < names.length; k++) {
      const name = names[(k + round + 1) % names.length];
      const spent = await once(name);
      if (round >= 0) times[name].push(spent);
    }
  }
  return times;
}
