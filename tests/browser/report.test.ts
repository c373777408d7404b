import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Check, condOt, points, rngOf, toySets } from "@fluxion/core";
import { readCsv } from "@fluxion/io";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { renderReport } from "../../packages/cli/src/report/index.js";
import { fluxion, TINY } from "../cli/harness.js";
import { type SmallReportOptions, smallReport } from "../support/small-report.js";
import { sharedChromium } from "./chromium.js";

const contextFor = sharedChromium();
const folder = mkdtempSync(join(tmpdir(), "fluxion-report-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first digits of the set that comes with the command, grey levels in [−1, 1]. */
function digits(count: number) {
  const file = fileURLToPath(new URL("../../packages/cli/data/digits.csv.gz", import.meta.url));
  const { data, columns } = readCsv(readFileSync(file), { labelColumn: "last" });
  return points(
    data.slice(0, count * columns).map((v) => v / 8 - 1),
    columns,
  );
}

/** What `in-page.js` answers. */
interface Seen {
  readonly texts: readonly { readonly text: string; readonly lang: string; readonly quoted: boolean }[];
  readonly leastContrast: { readonly contrast: number; readonly text: string };
  readonly images: readonly { readonly width: number; readonly height: number; readonly shown: number }[];
  readonly charts: readonly {
    readonly lines: readonly { readonly length: number; readonly d: string }[];
    readonly dots: number;
    readonly outside: readonly string[];
    readonly overlaps: readonly string[];
    readonly fontSize: number;
  }[];
  readonly checks: readonly Readonly<Record<"id" | "residual" | "tolerance" | "verdict", string>>[];
}

const see = <K extends keyof Seen>(page: Page, what: K): Promise<Seen[K]> => page.evaluate(`seen.${what}()`);

/** A report, and what it has to show. */
interface Reported {
  readonly html: string;
  readonly checks: readonly Pick<Check, "id" | "residual" | "tolerance" | "passed">[];
  readonly batches: number;
  readonly image?: { readonly width: number; readonly height: number };
}

async function small(options: SmallReportOptions): Promise<Reported> {
  const input = await smallReport(options);
  const { verification, training, data } = input;
  const attributed = { ...input, data: { ...data, attribution: "By somebody, under a licence with a name" } };
  const { image } = options;
  return {
    html: renderReport(attributed),
    checks: verification.checks,
    batches: training.batches.length,
    ...(image === undefined ? {} : { image }),
  };
}

/** What `fluxion run` makes of the spec that the tests of the command use. */
async function run(): Promise<Reported> {
  writeFileSync(join(folder, "spec.yaml"), TINY);
  const { code, stderr } = await fluxion(folder, ["run", "spec.yaml", "--out", "run"]);
  expect(code, stderr).toBe(0);
  const { checks } = JSON.parse(readFileSync(join(folder, "run", "verify.json"), "utf8"));
  return { html: readFileSync(join(folder, "run", "report.html"), "utf8"), checks, batches: 12 };
}

const cases: Record<string, () => Promise<Reported>> = {
  "points of the plane": () => small({ scheduler: condOt(), data: toySets.moons(rngOf(1), 24), name: "moons" }),
  images: () => small({ scheduler: condOt(), data: digits(24), image: { width: 8, height: 8 }, name: "digits" }),
  "a run": run,
};

describe.each(Object.keys(cases))("the report of %s, opened from a file", (name) => {
  const file = join(folder, `${name}.html`);
  let reported: Reported;
  beforeAll(async () => {
    const make = cases[name];
    if (make === undefined) throw new Error(`there is no case ${name}`);
    reported = await make();
    writeFileSync(file, reported.html);
  });

  /** Opens the page, hands it on, and expects that it neither complained nor asked for anything but itself. */
  async function open(
    test: TestContext,
    options: BrowserContextOptions & { readonly lang: "en" | "zh" },
    use: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { lang, ...rest } = options;
    const context = await contextFor(test, { locale: "en-US", ...rest });
    const complaints: string[] = [];
    const requests: string[] = [];
    context.on("request", (request) => requests.push(request.url()));
    context.on("console", (message) => complaints.push(message.text()));
    context.on("weberror", (error) => complaints.push(String(error.error())));
    try {
      await context.addInitScript({ path: fileURLToPath(new URL("in-page.js", import.meta.url)) });
      const page = await context.newPage();
      const address = `${pathToFileURL(file)}?lang=${lang}`;
      await page.goto(address);
      await use(page);
      expect(complaints).toEqual([]);
      expect([...new Set(requests.filter((url) => !url.startsWith("data:")))]).toEqual([address]);
    } finally {
      await context.close();
    }
  }

  it("shows one language at a time, and the switch changes it both ways", async (test) => {
    await open(test, { lang: "en" }, async (page) => {
      const texts = async (lang: "en" | "zh") => {
        const all = await see(page, "texts");
        expect(all.length).toBeGreaterThan(150);
        for (const { text, lang: of } of all) expect(of, text).toBe(lang);
        return all.filter(({ quoted }) => !quoted).map(({ text }) => text);
      };
      const english = await texts("en");
      for (const text of english) expect(text).not.toMatch(/\p{Script=Han}|[，。；：（）]/u);
      await page.click("#language");
      const chinese = await texts("zh");
      for (const text of chinese) expect(text).not.toMatch(/[a-z]{3,} [a-z]{4,}/); // formulas have "log p" and "tr Cov"
      expect(chinese.filter((text) => /\p{Script=Han}/u.test(text)).length).toBeGreaterThan(80);
      await page.click("#language");
      expect(await texts("en")).toEqual(english);
    });
  });

  it("begins in the language of the browser where the address names none", async (test) => {
    const context = await contextFor(test, { locale: "zh-CN" });
    const page = await context.newPage();
    await page.goto(String(pathToFileURL(file)));
    expect(await page.getAttribute("html", "lang")).toBe("zh");
    await page.click("#language");
    await page.reload();
    expect(await page.getAttribute("html", "lang")).toBe("en"); // the choice is kept
    await context.close();
  });

  it.for([
    [390, "light"],
    [390, "dark"],
    [1280, "light"],
    [1280, "dark"],
  ] as const)(
    "fits a window of %i pixels and is legible in the %s theme, in both languages",
    async ([width, colorScheme], test) => {
      for (const lang of ["en", "zh"] as const) {
        await open(test, { lang, colorScheme, viewport: { width, height: 900 } }, async (page) => {
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
          const { contrast, text } = await see(page, "leastContrast");
          expect(contrast, text).toBeGreaterThanOrEqual(4.5); // WCAG 2, level AA
          for (const { outside, overlaps, fontSize } of await see(page, "charts")) {
            expect([...outside, ...overlaps]).toEqual([]);
            expect(fontSize).toBeGreaterThanOrEqual(11);
          }
        });
      }
    },
  );

  it("draws every picture and every line", async (test) => {
    await open(test, { lang: "en" }, async (page) => {
      const images = await see(page, "images");
      expect(images.length > 50).toBe(reported.image !== undefined);
      for (const { width, height, shown } of images) {
        expect([width, height]).toEqual([reported.image?.width, reported.image?.height]);
        expect(shown).toBeGreaterThan(15);
      }
      const charts = await see(page, "charts");
      expect(charts.map(({ lines }) => lines.length)).toEqual([2, 2, 2, 1]);
      for (const { length, d } of charts.flatMap(({ lines }) => lines)) {
        expect(d).not.toMatch(/NaN|Infinity/);
        expect(length).toBeGreaterThan(100); // of a frame some four hundred wide
      }
      expect(charts[2]?.dots).toBe(reported.batches);
    });
  });

  it("shows the numbers of the verification", async (test) => {
    await open(test, { lang: "zh" }, async (page) => {
      const read = (text: string): number => Number(text.replaceAll("−", "-").replaceAll(",", ""));
      const rows = (await see(page, "checks")).map(({ id, residual, tolerance, verdict }) => ({
        id,
        residual: read(residual),
        tolerance: read(tolerance),
        passed: verdict === "✓",
      }));
      const rounded = (v: number): number => Number(v.toPrecision(3));
      expect(rows).toEqual(
        reported.checks.map(({ id, residual, tolerance, passed }) => ({
          id,
          residual: rounded(residual),
          tolerance: rounded(tolerance),
          passed,
        })),
      );
    });
  });
});
