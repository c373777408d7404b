import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string): string => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));

/** Tests run on the sources: a package name resolves to its `src/index.ts`. */
export default defineConfig({
  resolve: {
    alias: Object.fromEntries(["core", "io", "train", "cli"].map((name) => [`@fluxion/${name}`, source(name)])),
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "tests/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
