import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where a page finds the packages: ours as they were built, the others as they came. */
const imports = {
  "@fluxion/core": "/packages/core/dist/index.js",
  "@fluxion/io": "/packages/io/dist/index.js",
  "@fluxion/kernels": "/packages/kernels/dist/index.js",
  "@fluxion/train": "/packages/train/dist/index.js",
  "@jax-js/jax": "/node_modules/@jax-js/jax/dist/index.js",
  "fast-png": "/node_modules/fast-png/lib/index.js",
  hyparquet: "/node_modules/hyparquet/src/index.js",
  fflate: "/node_modules/fflate/esm/browser.js",
  iobuffer: "/node_modules/iobuffer/lib/iobuffer.js",
  papaparse: "/node_modules/papaparse/papaparse.js",
};

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>modules</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script></head><body></body></html>`;

/** A server of the repository's modules. */
export interface ModuleServer {
  /** For example `http://127.0.0.1:40123`. Its first page knows the packages by their names. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** What a page must be served with to share memory with workers. */
const ISOLATION = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** Serves the built packages to a page on this machine, and modules of the tests with their types removed. */
export async function serveModules({ isolated = false }: { readonly isolated?: boolean } = {}): Promise<ModuleServer> {
  const isolation = isolated ? ISOLATION : {};
  const server = createServer((request, response) => {
    const path = posix.normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    answer(path).then(
      ([type, body]) => response.writeHead(200, { "content-type": `${type}; charset=utf-8`, ...isolation }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(path: string): Promise<[type: string, body: string]> {
  if (path === "/") return ["text/html", PAGE];
  const text = await readFile(join(root, path), "utf8").catch(() => sourceOf(path));
  return ["text/javascript", path === imports.papaparse ? asModule(text) : text];
}

/** A module of the tests or of a conformance suite: asked for as `.js`, kept as `.ts`. */
async function sourceOf(path: string): Promise<string> {
  if (!path.startsWith("/tests/") && !path.startsWith("/conformance/")) throw new Error(`there is no ${path}`);
  const text = await readFile(join(root, path.replace(/\.js$/, ".ts")), "utf8");
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

/** The one package that is still written for `require`. */
const asModule = (text: string): string =>
  `const module = { exports: {} };\n(function (exports) {\n${text}\n}).call({}, module.exports);\nexport default module.exports;\n`;
