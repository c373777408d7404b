// The training target itself: the marginal vector field of a data set, with what the same scan gives.
import { atomPath, atoms, condOt, pointsOf, rngOf, toySets } from "@fluxion/core";

const data = atoms(toySets.moons(rngOf(0), 500));
const { field } = atomPath(condOt(), data);

const x = pointsOf([
  [0.5, 0.25],
  [-1, 0],
]);
for (const t of [0, 0.5, 0.9]) {
  const { values } = field.quantities(t, x, ["velocity", "logDensity", "ess"]);
  const show = (numbers?: Float64Array): string => Array.from(numbers ?? [], (v) => v.toFixed(3)).join(" ");
  console.log(
    `t = ${t}: u = ${show(values.velocity)}; log p = ${show(values.logDensity)}; points that matter: ${show(values.ess)}`,
  );
}
//> t = 0: u = 0.000 -0.005 1.500 0.245; log p = -1.994 -2.338; points that matter: 500.000 500.000
//> t = 0.5: u = 0.438 -0.031 0.859 0.841; log p = -1.002 -2.632; points that matter: 429.568 153.871
//> t = 0.9: u = 2.342 0.936 -0.507 0.548; log p = -4.242 -1.494; points that matter: 11.617 12.213
