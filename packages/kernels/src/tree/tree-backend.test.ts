import { scanBackendSuite } from "../../../../conformance/scan-backend-suite.js";
import { treeBackend } from "./tree-backend.js";

scanBackendSuite("the tree", (atoms) => treeBackend(atoms, { leaf: 4 }), { reaches: 1e-9, dims: { most: 10 } });
