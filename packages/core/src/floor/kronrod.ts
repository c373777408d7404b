/** Nodes and weights on [−1, 1] of the 15-point Kronrod rule with its embedded 7-point Gauss rule [Piessens1983]. */
const ABSCISSAE = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911, 0.4058451513773972,
  0.20778495500789848, 0,
];
const KRONROD = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679, 0.19035057806478542,
  0.20443294007529889, 0.20948214108472782,
];
/** Weights of the Gauss rule at the odd abscissae. */
const GAUSS = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694];

/** One node of the rule on [low, high]. */
export interface QuadratureNode {
  readonly at: number;
  /** Weight of the 15-point rule. */
  readonly weight: number;
  /** Weight of the 7-point rule at the same node, or 0: the difference of the two sums estimates the error. */
  readonly coarse: number;
}

/** The 15 nodes on [low, high], in increasing order. */
export function kronrodNodes(low: number, high: number): readonly QuadratureNode[] {
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  const left = ABSCISSAE.map((a, i) => ({
    at: middle - half * a,
    weight: half * KRONROD[i],
    coarse: i % 2 === 1 ? half * GAUSS[(i - 1) / 2] : 0,
  }));
  const right = left
    .slice(0, -1)
    .reverse()
    .map((node) => ({ ...node, at: 2 * middle - node.at }));
  return [...left, ...right];
}
