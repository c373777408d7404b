// Every step of the derivation of the training target, checked on five points of the plane.
import { atomPath, atoms, condOt, pointsOf, rngOf, verify } from "@fluxion/core";

const data = atoms(
  pointsOf([
    [0, 0],
    [1, 0],
    [0, 1],
    [2, 2],
    [-1, 1],
  ]),
);
const checks = verify(atomPath(condOt(), data), { rng: rngOf(0), trajectories: 16, floorDraws: 400 });
let passed = 0;
for (let next = await checks.next(); ; next = await checks.next()) {
  if (next.done) {
    console.log(`${passed === next.value.checks.length ? "all" : "not all"} checks passed`);
    break;
  }
  if (next.value.passed) passed++;
  else console.log(`${next.value.id} failed: ${next.value.residual} > ${next.value.tolerance}`);
}
//> all checks passed
