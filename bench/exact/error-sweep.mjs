import { measure } from "./measure.mjs";
import { errorWorkload } from "./workloads.mjs";

/** Promises from loose to what float64 can just keep, in radii of the data. */
const EPSILONS = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10];

/** @typedef {import("./measure.mjs").Measured & { epsilon: number }} Promised */

/**
 * One workload under every promise: time, the proved bound and the true error of each backend; the peers, which promise nothing,
 * run beside them every time.
 * @param {Record<string, import("../lib/line-process.mjs").LineProcess>} engines
 * @param {Omit<Parameters<typeof measure>[2], "demands">} how
 * @param {(result: Promised) => void} done
 */
export async function measureErrors(engines, how, done) {
  const w = errorWorkload();
  for (const epsilon of EPSILONS) {
    const certified = /** @type {const} */ ({ kind: "certified", epsilon });
    const demands = { native: certified, wasm: certified, reference: /** @type {const} */ ({ kind: "exact" }) };
    const result = await measure({ ...w, name: `${w.name}-${epsilon}` }, engines, { ...how, demands });
    done({ ...result, title: `${w.title}, ε = ${epsilon}`, epsilon });
  }
}
