/** log Σ exp(v_i), safe against overflow; −∞ for an empty list or when every v_i is −∞. */
export function logSumExp(values: ArrayLike<number>): number {
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i]);
  if (top === -Infinity || top === Infinity) return top;
  let mass = 0;
  for (let i = 0; i < values.length; i++) mass += Math.exp(values[i] - top);
  return top + Math.log(mass);
}
