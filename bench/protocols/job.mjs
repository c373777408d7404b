// One seed of one row, in a process of its own: node bench/protocols/job.mjs PART ROW SEED FILE [STEPS]
import { load, machine } from "../lib/machine.mjs";
import { writeResult } from "../lib/results.mjs";
import { floorRun } from "./floor-run.mjs";
import { planarRun } from "./planar-run.mjs";
import { targetsRun } from "./targets-run.mjs";

const [part, row, seed, file, steps] = process.argv.slice(2);
const before = load();
const found = await run();
const { commit, date } = machine();
writeResult(file, { part, row, seed: Number(seed), commit, date, load: [before, load()], ...found });

async function run() {
  if (part === "targets") return targetsRun(Number(seed));
  if (part === "floor") return floorRun(Number(seed));
  const name = /** @type {Parameters<typeof planarRun>[0]} */ (part);
  const coupling = /** @type {Parameters<typeof planarRun>[1]} */ (row);
  return planarRun(name, coupling, Number(seed), steps === undefined ? undefined : Number(steps));
}
