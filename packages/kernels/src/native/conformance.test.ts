import type { ScanBackend, WeightedAtoms } from "@fluxion/core";
import { scanBackendSuite } from "../../../../conformance/scan-backend-suite.js";
import { bindAtoms } from "../bind/index.js";
import { nativeBackend } from "./native-backend.js";
import { loadRuntime } from "./onnxruntime.js";

const absent = await loadRuntime().then(
  () => undefined,
  (error: unknown) => String(error),
);

const make = (atoms: WeightedAtoms): Promise<ScanBackend> => nativeBackend(bindAtoms(atoms));

scanBackendSuite("native", make, { cases: 200, reaches: 1e-9, ...(absent === undefined ? {} : { skip: absent }) });
