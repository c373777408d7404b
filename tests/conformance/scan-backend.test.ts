import { referenceBackend } from "@fluxion/core";
import { scanBackendSuite } from "../../conformance/scan-backend-suite.js";

// 16 coordinates and 40 atoms: δ about 400u, sums about 60u
scanBackendSuite("the float64 reference", referenceBackend, { reaches: 1e-12 });
