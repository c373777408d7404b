import { html, raw } from "./html.js";
import type { ReportInput } from "./report-input.js";
import { floorSection } from "./section/floor.js";
import { dataSection, overview } from "./section/overview.js";
import { posteriorSection } from "./section/posterior.js";
import { evaluationSection, samplesSection } from "./section/samples.js";
import { trainingSection } from "./section/training.js";
import { verificationSection } from "./section/verification.js";
import { style } from "./style.js";
import { both, phrase } from "./text.js";

/** Chooses the language from the address, the last choice or the browser, and switches it. */
const script = `
const page = document.documentElement;
const wanted = new URLSearchParams(location.search).get("lang") ?? (() => { try { return localStorage.getItem("fluxion-lang"); } catch { return null; } })();
const chosen = wanted ?? (page.dataset.language === "zh" || navigator.language.startsWith("zh") ? "zh" : "en");
page.lang = chosen === "zh" ? "zh" : "en";
document.getElementById("language").addEventListener("click", () => {
  page.lang = page.lang === "zh" ? "en" : "zh";
  try { localStorage.setItem("fluxion-lang", page.lang); } catch {}
});`;

/**
 * The report of a run as one self-contained page: no other file, no address outside itself, the same bytes for the same
 * input. Without scripts it reads in the language of the spec.
 */
export function renderReport(input: ReportInput, language: "en" | "zh" = "en"): string {
  const page = html`<!doctype html>
<html lang="${language}" data-language="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${input.name} · Fluxion</title><style>${raw(style)}</style></head>
<body><main>
${overview(input)}
${dataSection(input)}
${posteriorSection(input)}
${verificationSection(input)}
${floorSection(input)}
${trainingSection(input)}
${samplesSection(input)}
${evaluationSection(input)}
<h2>${both(phrase("Reproduce", "复现"))}</h2>
<p>${both(phrase("The same spec and data give the same bytes under the same Fluxion and Node: save the spec and give it to fluxion run.", "在相同版本的 Fluxion 与 Node 下，同样的配置和数据得到同样的字节：保存配置，用 fluxion run 运行。"))}</p>
<pre>${input.spec}</pre>
<footer>Fluxion · ${both(phrase("time runs from noise, t = 0, to data, t = 1; entropies and densities in nats", "时间从噪声 t = 0 到数据 t = 1；熵与密度以奈特为单位"))}</footer>
</main><script>${raw(script)}</script></body></html>
`;
  return page.markup;
}
