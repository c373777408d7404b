import { html, type Markup } from "../html.js";
import type { ReportInput } from "../report-input.js";
import { reasonsZh, statementsZh, tolerancesZh } from "../statements.js";
import { both, number, phrase } from "../text.js";

/** Every step of the derivation with residual, tolerance and verdict. */
export function verificationSection({ verification }: ReportInput): Markup {
  const lines = verification.checks.map(
    (check) => html`<tr><td><code>${check.id}</code></td>
<td>${both(phrase(check.statement, statementsZh[check.id] ?? check.statement))}<small>${both(phrase(`tolerance: ${check.toleranceFrom}`, `容差依据：${tolerancesZh[check.id] ?? check.toleranceFrom}`))}</small></td>
${[check.residual, check.tolerance].map((v) => html`<td class="n" title="${String(v)}">${number(v, 3)}</td>`)}
<td>${check.passed ? html`<span class="ok">✓</span>` : html`<span class="no">✗</span>`}</td></tr>`,
  );
  const skipped = verification.skipped.map(
    ({ id, reason }) =>
      html`<tr><td><code>${id}</code></td><td>${both(phrase(`skipped: ${reason}`, `略过：${reasonsZh[id] ?? reason}`))}</td><td></td><td></td><td></td></tr>`,
  );
  return html`<h2>${both(phrase("The derivation, checked", "推导的逐条检验"))}</h2>
<p>${both(
    phrase(
      "From the conditional paths to the marginal vector field, each step on this data set. A check passes when its residual is at most what the arithmetic or the sampling explains.",
      "从条件路径到边缘向量场，每一步都在本数据集上检验。残差不超过舍入误差或抽样误差所能解释的范围即为通过。",
    ),
  )}</p>
<table class="checks"><thead><tr><th>${both(phrase("check", "检验"))}</th><th>${both(phrase("statement", "命题"))}</th><th class="n">${both(phrase("residual", "残差"))}</th><th class="n">${both(phrase("tolerance", "容差"))}</th><th></th></tr></thead>
<tbody>${lines}${skipped}</tbody></table>`;
}
