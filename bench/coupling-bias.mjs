// What minibatch couplings do to the law of the pairs, on torchcfm's eight Gaussians and moons, each a cloud of 2,000 rows.
//
//   node bench/coupling-bias.mjs [--batches 100] [--out bench/results/coupling-bias.json]
//
// Prints a row for each coupling and batch size: cost per pair, its excess over the least cost of the two clouds, χ² of both
// ends, and how far the noise of a class lies from all noise, each with its standard error.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { couplingBias, couplingNamed, diagonalMoons, eightGaussians, fork, points, rngOf } from "@fluxion/core";
import { machine } from "./lib/machine.mjs";

const { values } = parseArgs({
  options: {
    batches: { type: "string", default: "100" },
    out: { type: "string", default: join(dirname(fileURLToPath(import.meta.url)), "results", "coupling-bias.json") },
  },
});
const N = 2000;
const rng = rngOf(17);
const x0 = eightGaussians(fork(rng, "x0"), N);
const x1 = diagonalMoons(fork(rng, "x1"), N);
/** Left and right of the middle: two classes that transport does not respect. */
const labels = Array.from({ length: N }, (_, i) => Number(x1.data[2 * i] > 2));

const rows = [];
for (const [name, sizes] of /** @type {const} */ ([
  ["independent", [256]],
  ["ot", [16, 64, 256, 1024]],
  ["sinkhorn:0.5", [256]],
  ["partial:0.9", [256]],
  ["unbalanced:0.5,5", [256]],
  ["c2ot", [256]],
])) {
  for (const batch of sizes) {
    const batches = Math.max(20, Math.min(Number(values.batches), Math.round(51200 / batch)));
    const found = couplingBias(couplingNamed(name), points(x0.data, 2), x1, { rng, batch, batches, labels });
    rows.push({ coupling: name, batch, batches, ...found });
    const text = [found.cost, found.excess, found.end0, found.end1, found.sourceShift].map(
      (v) => v && `${v.mean.toFixed(4)} ± ${v.standardError.toFixed(4)}`,
    );
    console.log([name, batch, ...text].join("  "));
  }
}
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(
  values.out,
  `${JSON.stringify({ machine: machine(), rows: N, leastCost: rows[0].leastCost, results: rows }, null, 2)}\n`,
);
