import { join } from "node:path";
import { argv, execPath, exit, stderr } from "node:process";
import { runAttached } from "./lib/child.mjs";
import { root } from "./lib/paths.mjs";
import { ready } from "./ready.mjs";

// npm start: the first run of a fresh clone. Arguments after `--` go to `fluxion run`.
const { typed, code } = await ready({ projects: ["packages/cli"] });
if (!typed) {
  stderr.write("Cannot start: the packages are not built; expected the step above to succeed\n");
  exit(code);
}
const command = join(root, "packages", "cli", "bin", "fluxion.mjs");
const example = join("examples", "digits.yaml");
exit(await runAttached(execPath, [command, "run", example, "--fresh", ...argv.slice(2)], { cwd: root }));
