import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root: here,
  base: "./",
  build: { outDir: `${here}dist/site`, emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
  server: { host: "127.0.0.1", fs: { allow: [fileURLToPath(new URL("../..", import.meta.url))] } },
  optimizeDeps: { exclude: ["@fluxion/core"] },
});
