// Samples of the exact field of a kernel density, and their log-densities two ways: closed form, and by transport.
import {
  atomPath,
  atoms,
  cosine,
  drawStart,
  exactDivergenceField,
  exactFlow,
  flowLogDensity,
  rngOf,
  standardNormal,
  toySets,
} from "@fluxion/core";

const data = atoms(toySets.eightGaussians(rngOf(0), 400));
const path = atomPath(cosine(), data, { bandwidth: 0.3 });

const noise = drawStart(path, rngOf(1), 4);
const { x, nfe } = exactFlow(path, noise);
console.log(`${x.size} samples, ${nfe > 0 ? "by an adaptive solver" : ""}`);

const closed = path.field.quantities(1, x, ["logDensity"]).values.logDensity ?? new Float64Array();
const { logDensity } = flowLogDensity(exactDivergenceField(path.field), x, {
  sourceLogDensity: (x0) => standardNormal(2).logDensity(x0, new Float64Array(x0.size)),
});
const gap = Math.max(...closed.map((value, b) => Math.abs(value - (logDensity[b] ?? 0))));
console.log(`the two log-densities agree to 1e-6: ${gap < 1e-6}`);
//> 4 samples, by an adaptive solver
//> the two log-densities agree to 1e-6: true
