import type { ScanBackend, WeightedAtoms } from "@fluxion/core";
import { bindAtoms, wasmBackend, wasmPool, webgpuBackend } from "@fluxion/kernels";
import { check, checkLife } from "../../../conformance/scan-backend.js";
import { ordinary, type ScanRecipe, scanProblem } from "../../../conformance/scan-problems.js";
import { sharedDevice } from "./gpu-device.js";

type MakeBackend = (atoms: WeightedAtoms) => ScanBackend | Promise<ScanBackend>;

/** Backends by name, each made ready once for a page. */
const makers: Record<string, () => Promise<MakeBackend>> = {
  wasm: async () => {
    const pool = await wasmPool({ threads: 2 });
    return (atoms) => wasmBackend(atoms, { pool });
  },
  "wasm without fused products": async () => {
    const pool = await wasmPool({ threads: 2, relaxed: false });
    return (atoms) => wasmBackend(atoms, { pool });
  },
  webgpu: async () => {
    const device = await sharedDevice();
    return (atoms) => webgpuBackend(bindAtoms(atoms), { device });
  },
  "webgpu in small buffers": async () => {
    const device = await sharedDevice();
    return (atoms) => webgpuBackend(bindAtoms(atoms), { device, largestBuffer: 1 << 20, scratchBytes: 1 });
  },
  "webgpu without float64": async () => {
    const device = await sharedDevice();
    return (atoms) => {
      const { atoms: _, ...stored } = bindAtoms(atoms);
      return webgpuBackend(stored, { device });
    };
  },
};

/** What a backend violates on the problems of some recipes, as the conformance suite tells it. */
export async function violations(name: string, recipes: readonly ScanRecipe[]): Promise<string[]> {
  const make = await maker(name);
  const found: string[] = [];
  for (const recipe of recipes) {
    const problem = scanProblem(recipe);
    const backend = await make(problem.atoms);
    const wrong = await check(backend, problem).catch((error) => [String(error)]);
    found.push(...wrong.map((what) => `${what} in ${JSON.stringify(recipe)}`));
    await backend.close();
  }
  return found;
}

/** What the backend of a page calls itself. */
export async function nameOf(name: string): Promise<string> {
  const make = await maker(name);
  const backend = await make(scanProblem(ordinary).atoms);
  await backend.close();
  return backend.name;
}

/** What it violates of the life of a backend. */
export async function lifeViolations(name: string): Promise<readonly string[]> {
  return checkLife(await maker(name), scanProblem(ordinary));
}

function maker(name: string): Promise<MakeBackend> {
  const make = makers[name];
  if (make === undefined) throw new Error(`there is no backend ${name}`);
  return make();
}
