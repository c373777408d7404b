import type { ScanQuery } from "@fluxion/core";

/** Weights below e⁻⁸⁰ are never worth their products, which would come near denormal numbers. */
const DEEPEST = 80;

/** How far below the largest logit N atoms are together a small part of what ε allows: N·e^−cut = ε/32. */
export function cutOf(size: number, epsilon: number): number {
  return Math.min(DEEPEST, Math.log((32 * size) / Math.min(1, epsilon)));
}

/** Whether second moments are asked for, which single precision does not give. */
export function wantsMoments(query: ScanQuery): boolean {
  return query.spread || query.tangent !== undefined;
}
