export * from "./energy-distance.js";
export * from "./memorisation.js";
export * from "./nearest-neighbours.js";
export * from "./path-energy.js";
export * from "./wasserstein.js";
export * from "./wasserstein-floor.js";
export * from "./wasserstein-line.js";
