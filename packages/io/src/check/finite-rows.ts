/**
 * Throws unless all numbers of the row-major matrix `data` [N, columns] are finite; rows count from 0.
 * @throws RangeError naming the first row with NaN or an infinity and how many rows have one.
 */
export function requireFiniteRows(data: Float64Array, columns: number, action: string): void {
  let bad = 0;
  let first = -1;
  let last = -1;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const row = Math.floor(i / columns);
    if (first < 0) first = i;
    if (row !== last) bad++;
    last = row;
  }
  if (bad === 0) return;
  const where = `row ${Math.floor(first / columns)} has ${data[first]} in column ${first % columns}`;
  throw new RangeError(
    `Cannot ${action}: ${where}, ${bad} of ${data.length / columns} rows are not finite; expected finite numbers`,
  );
}
