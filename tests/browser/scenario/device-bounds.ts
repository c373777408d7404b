import { certifyScan } from "@fluxion/core";
import { bindAtoms, webgpuBackend } from "@fluxion/kernels";
import { ordinary, type ScanRecipe, scanProblem } from "../../../conformance/scan-problems.js";
import { sharedDevice } from "./gpu-device.js";

/** The largest bound of the mean that the device alone reaches, relative to the radius, for each of some recipes. */
export async function results(recipes: readonly Partial<ScanRecipe>[]): Promise<number[]> {
  const device = await sharedDevice();
  const reached: number[] = [];
  for (const recipe of recipes) {
    const { atoms, x, query } = scanProblem({ ...ordinary, ...recipe });
    const backend = await webgpuBackend(bindAtoms(atoms), { device });
    const scan = await backend.scan(x, query, { kind: "certified", epsilon: 2 }); // what no bound exceeds: nothing is rechecked
    reached.push(Math.max(...certifyScan(scan, backend, query).mean) / backend.radius);
    await backend.close();
  }
  return reached;
}
