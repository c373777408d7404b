import { condOt, pointsOf, rngOf, toySets, vp } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { smallReport } from "../../../../tests/support/small-report.js";
import { type ReportInput, renderReport } from "./index.js";

const moons = await smallReport({ scheduler: condOt(), data: toySets.moons(rngOf(1), 24), name: "moons" });
const images = await smallReport({
  scheduler: condOt(),
  data: pointsOf([
    [-1, 1, 0.5, 0.2, -0.3, 0.9],
    [1, -1, 0, 0.5, 0.5, -1],
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
  ]),
  image: { width: 3, height: 2 },
});
const line = await smallReport({ scheduler: vp(), data: pointsOf([[-1], [0.5], [1], [1]]) });

const texts = (page: string, lang: "en" | "zh"): string[] =>
  [...page.matchAll(new RegExp(`<(?:span|text) lang="${lang}"[^>]*>(.*?)</(?:span|text)>`, "g"))].map(([, text = ""]) => text);

describe("renderReport", () => {
  it("gives the same bytes for the same input", async () => {
    const again = await smallReport({ scheduler: condOt(), data: toySets.moons(rngOf(1), 24), name: "moons" });
    expect(renderReport(again)).toBe(renderReport(moons));
  });

  it.each([
    ["points of the plane", moons],
    ["images", images],
    ["numbers", line],
  ])("draws %s with every number known and every phrase in both languages", (_, input) => {
    const page = renderReport(input);
    expect(page).not.toMatch(/NaN|undefined|\[object|Infinity/);
    const [en, zh] = [texts(page, "en"), texts(page, "zh")];
    expect(en.length).toBeGreaterThan(60);
    expect(zh.length).toBe(en.length);
    for (const [k, text] of en.entries()) expect(text === "", text).toBe(zh[k] === "");
    for (const text of en.filter((label) => label !== "中文")) expect(text).not.toMatch(/\p{Script=Han}/u);
  });

  it("needs nothing but itself", () => {
    const addresses = [...renderReport(images).matchAll(/(?:src|href|url\()=?["']?([^"')\s>]+)/g)].map(([, to]) => to);
    expect(addresses.length).toBeGreaterThan(20);
    for (const to of addresses) expect(to).toMatch(/^data:/);
  });

  it("begins in the language of the spec", () => {
    expect(renderReport(moons, "zh")).toContain('<html lang="zh" data-language="zh">');
    expect(renderReport(moons)).toContain('<html lang="en" data-language="en">');
  });

  it("lets no text of the user become markup", () => {
    const evil = `</pre><script>alert("1")</script>'&amp;`;
    const check = { id: evil, statement: evil, residual: 1, tolerance: 2, toleranceFrom: evil, passed: true };
    const { data, training, samples } = moons;
    const input: ReportInput = {
      ...moons,
      name: evil,
      spec: evil,
      path: evil,
      data: { ...data, name: evil, attribution: evil },
      training: { ...training, network: evil },
      samples: { ...samples, solver: { name: evil, steps: 3 } },
      verification: { checks: [check], skipped: [{ id: evil, reason: evil }], passed: true },
    };
    const page = renderReport(input);
    const [ours] = renderReport(moons).match(/<script>[\s\S]*<\/script>/) ?? [];
    expect([...page.matchAll(/<script>[\s\S]*?<\/script>/g)].map(([found]) => found)).toEqual([ours]);
    expect(page).not.toContain('alert("1")');
    expect(page.split("&lt;/pre&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;amp;").length).toBeGreaterThan(12);
  });

  it("says so when a check failed, and marks it", () => {
    const { checks, skipped } = moons.verification;
    const [first, ...others] = checks;
    if (first === undefined) throw new Error("there are no checks");
    const broken = { ...first, residual: Number.NaN, passed: false };
    const page = renderReport({ ...moons, verification: { checks: [broken, ...others], skipped, passed: false } });
    expect(page).toContain("Some checks of the derivation failed");
    expect(page).toContain(`<b><span class="no">${others.length} / ${checks.length}</span></b>`);
    expect(page.match(/✗/g)?.length).toBe(1);
    expect(renderReport(moons)).not.toMatch(/✗|Some checks of the derivation failed/);
  });

  it("shows the exact residual and tolerance of every check beside the rounded ones", () => {
    const page = renderReport(moons);
    for (const { id, residual, tolerance } of moons.verification.checks) {
      const row = page.match(new RegExp(`<tr><td><code>${id}</code>[\\s\\S]*?</tr>`))?.[0] ?? "";
      expect([...row.matchAll(/title="([^"]*)"/g)].map(([, v]) => Number(v))).toEqual([residual, tolerance]);
    }
  });

  it("compares a loss with the floor only where it has that floor", () => {
    const page = (target: ReportInput["training"]["target"]): string =>
      renderReport({ ...moons, training: { ...moons.training, target } });
    const charts = (text: string): string[] => [...text.matchAll(/<figure[\s\S]*?<\/figure>/g)].map(([svg]) => svg);
    const dotted = (text: string): string[] => charts(text).filter((svg) => svg.includes("training batches"));
    expect(dotted(page("conditional")).every((svg) => svg.includes("floor V"))).toBe(true);
    expect(dotted(page("exact")).length).toBe(1);
    expect(dotted(page("exact")).every((svg) => !svg.includes("floor V"))).toBe(true);
    expect(page("exact")).toContain("has no floor, and is shown with the excess");
    expect(page("estimate")).toContain("the floor of their loss lies between 0 and V");
    expect(page("conditional")).not.toContain("regress on");
    const coupled = renderReport({ ...moons, training: { ...moons.training, coupling: "ot" } });
    expect(coupled).toContain("The rows of a batch are paired by “ot”: V is no floor of their loss");
    expect(page("conditional")).not.toContain("are paired by");
    for (const text of [page("exact"), page("estimate")]) expect(texts(text, "zh").length).toBe(texts(text, "en").length);
  });

  it("claims neither a memory nor an entropy for smoothed data", () => {
    const { floor } = moons;
    const smoothed = { ...floor, entropy: { area: null, standardError: null, exact: Infinity } };
    const skipped = [{ id: "all", reason: "the data are smoothed, and the checks enumerate points" }];
    const page = renderReport({ ...moons, floor: smoothed, verification: { checks: [], skipped, passed: true } });
    expect(page).not.toMatch(/memorises by construction|theorem says|Infinity|0 \/ 0/);
    expect(page).toContain("the derivation was not checked");
    expect(page).toContain("略过：数据经过平滑，而检验需要逐点枚举数据");
  });

  it("says how many repeated rows were merged", () => {
    expect(renderReport(line)).toContain("1 repeated rows were merged into weights");
    expect(renderReport(moons)).not.toContain("merged into weights");
  });
});
