/**
 * The end of a run: what failed, what was skipped and why, and as the very last line the counts.
 * @param {number} passed
 * @param {readonly string[]} failed
 * @param {readonly { name: string, reason: string }[]} skipped
 * @returns {string[]}
 */
export function summary(passed, failed, skipped) {
  return [
    ...failed.map((name) => `failed: ${name}`),
    ...skipped.map(({ name, reason }) => `skipped: ${name} — ${reason}`),
    `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ];
}
