import { type AssignmentState, FREE, listColumns } from "./assignment-state.js";

/** A bid's outcome: the row that lost its column, or FREE, and whether the price fell. */
export interface Bid {
  loser: number;
  falls: boolean;
}

/**
 * Row i takes its cheapest column and lowers that price until the second choice is as good, and by ε more [Bertsekas1988].
 * Whether the price falls is asked of the rounded price: what does not change it cannot settle who has the column.
 */
export function bid(state: AssignmentState, i: number, epsilon: number, out: Bid): void {
  const { v, columnOf, rowOf, listed, columns, costs, bar } = state;
  let first = FREE;
  let second = FREE;
  let firstCost = Infinity;
  let secondCost = Infinity;
  for (;;) {
    firstCost = secondCost = Infinity;
    for (let k = i * listed, end = k + listed; k < end; k++) {
      const reduced = costs[k] - v[columns[k]];
      if (reduced >= secondCost) continue;
      if (reduced >= firstCost) {
        second = columns[k];
        secondCost = reduced;
      } else {
        second = first;
        secondCost = firstCost;
        first = columns[k];
        firstCost = reduced;
      }
    }
    if (secondCost <= bar[i]) break; // no column outside the list is cheaper
    listColumns(state, i);
  }
  const lowered = v[first] - (secondCost - firstCost) - epsilon;
  const falls = lowered < v[first];
  const taken = falls || rowOf[first] === FREE ? first : second;
  if (falls) v[first] = lowered;
  const loser = rowOf[taken];
  rowOf[taken] = i;
  columnOf[i] = taken;
  if (loser !== FREE) columnOf[loser] = FREE;
  out.loser = loser;
  out.falls = falls;
}

/** ε of the first and of the last auction, in units of max c − min c, and how it shrinks between them. */
const [LARGEST, LEAST, SHRINK] = [1 / 20, 1e-5, 8];
/** Bids of one auction, in units of n: beyond them its prices are good enough, or the rows fight a war of prices. */
const MOST_BIDS = 50;

/**
 * Brings the prices near the optimum by auctions of shrinking ε, from which the exact search has little left to do. Who has
 * whom is forgotten. ε is a power of two: with whole costs all prices are exact.
 */
export function scalePrices(state: AssignmentState): void {
  const { cost, n, columnOf, rowOf } = state;
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < cost.length; at++) {
    if (cost[at] < low) low = cost[at];
    if (cost[at] > high) high = cost[at];
  }
  const range = high - low;
  if (!(range > 0 && range < Infinity)) return;
  let epsilon = 1;
  while (epsilon < LARGEST * range) epsilon *= 2;
  while (epsilon > LARGEST * range) epsilon /= 2;
  const waiting = new Int32Array(n);
  const result = { loser: FREE, falls: false };
  for (; epsilon >= LEAST * range && epsilon > 0; epsilon /= SHRINK) {
    for (let i = 0; i < n; i++) waiting[i] = n - 1 - i;
    for (let count = n, left = MOST_BIDS * n; count > 0 && left > 0; left--) {
      bid(state, waiting[--count], epsilon, result);
      if (result.loser !== FREE) waiting[count++] = result.loser;
    }
    columnOf.fill(FREE);
    rowOf.fill(FREE);
  }
}

/** Bids in a row before a row is left to the search: more costs time where whole groups compete for too few columns. */
const BIDS = 8;

/** Lets every row bid with ε = 0, and whoever it outbids at once after it. Returns the rows left free. */
export function settle(state: AssignmentState): number[] {
  const left: number[] = [];
  const result = { loser: FREE, falls: false };
  for (let start = 0; start < state.n; start++) {
    let i = start;
    for (let bids = 1; i !== FREE; bids++) {
      bid(state, i, 0, result);
      const again = result.falls && bids < BIDS;
      if (result.loser !== FREE && !again) left.push(result.loser);
      i = again ? result.loser : FREE;
    }
  }
  return left;
}
