import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
/** Where the site lies on its server: not at the root, as on the pages of a project. */
const BELOW = "/some/where/";

/** The lab as `npm run build:lab` writes it, on a server. */
export interface LabServer {
  /** The address of the page. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Builds the lab into a temporary folder and serves it, and nothing else, from a sub-path. */
export async function serveLab(): Promise<LabServer> {
  const folder = mkdtempSync(join(tmpdir(), "fluxion-lab-"));
  const configFile = fileURLToPath(new URL("../../apps/lab/vite.config.mjs", import.meta.url));
  // A site is built for production whatever the tests run as.
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    await build({ configFile, mode: "production", logLevel: "error", build: { outDir: folder } });
  } finally {
    if (mode === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = mode;
  }
  const server = createServer((request, response) => {
    const path = posix.normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = path === BELOW ? "index.html" : path.slice(BELOW.length);
    const body = path.startsWith(BELOW) ? readFile(join(folder, file)) : Promise.reject(new Error(`there is no ${path}`));
    body.then(
      (bytes) => response.writeHead(200, { "content-type": `${TYPES[extname(file)] ?? "text/plain"}; charset=utf-8` }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${BELOW}`,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
