import { engineSuite } from "../../../../conformance/engine.js";
import { jaxEngine } from "./jax-engine.js";

engineSuite("jaxEngine", () => jaxEngine(), { cases: 8 });
