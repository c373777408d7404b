import { join } from "node:path";
import { argv, exit } from "node:process";
import { root } from "./lib/paths.mjs";
import { ready } from "./ready.mjs";

// npm run lab: serves the lab on this machine and says where. With --build: writes it as a static site that works from any
// path of any server.
const { installed, typed, code } = await ready({ projects: ["apps/lab"] });
if (!installed || !typed) exit(code);
const { build, createServer } = await import("vite");
const configFile = join(root, "apps", "lab", "vite.config.mjs");

if (argv.includes("--build")) {
  await build({ configFile });
} else {
  const server = await createServer({ configFile });
  await server.listen();
  server.printUrls();
}
