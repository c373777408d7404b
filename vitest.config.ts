import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { countingReporter } from "./tools/lib/counting-reporter.mjs";

const source = (name: string): string => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));

/** Where `npm test` wants the counts of a run, beside what the terminal shows. */
const tally = process.env.FLUXION_TEST_TALLY;

/** Tests run on the sources: a package name resolves to its `src/index.ts`. */
export default defineConfig({
  resolve: {
    alias: {
      "@fluxion/kernels/native": fileURLToPath(new URL("./packages/kernels/src/native/index.ts", import.meta.url)),
      ...Object.fromEntries(["core", "io", "kernels", "train", "cli"].map((name) => [`@fluxion/${name}`, source(name)])),
    },
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ["default", ...(tally === undefined ? [] : [countingReporter(tally)])],
  },
});
