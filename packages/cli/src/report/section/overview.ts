import { html, type Markup } from "../html.js";
import { frameOf, imagesOf, scatter } from "../picture.js";
import type { ReportInput } from "../report-input.js";
import { both, number, type Phrase, phrase, plusMinus, verbatim } from "../text.js";

const fact = (value: string | Markup, label: Phrase): Markup =>
  html`<div class="fact"><b>${value}</b><span>${both(label)}</span></div>`;

/** How many checks passed, in the colour of the verdict. */
function verdict({ checks, passed }: ReportInput["verification"]): Markup {
  if (checks.length === 0) return fact("—", phrase("the derivation was not checked", "未检验推导"));
  const held = `${checks.filter((check) => check.passed).length} / ${checks.length}`;
  return fact(passed ? held : html`<span class="no">${held}</span>`, phrase("steps of the derivation hold", "条推导检验通过"));
}

/** What was run, in a headline and eight numbers. */
export function overview({ name, data, path, verification, floor, training, evaluation, seed }: ReportInput): Markup {
  return html`<header class="top"><div><h1>${both(phrase(`The training target of “${verbatim(name)}”, exactly`, `“${verbatim(name)}”的训练目标：精确计算`))}</h1></div>
<button type="button" id="language" aria-label="English / 中文"><span lang="en">中文</span><span lang="zh">English</span></button></header>
<p class="lead">${both(
    phrase(
      "The marginal vector field of this data set was computed by full scans, checked against its derivation, and used as the yardstick of a network trained on it.",
      "对该数据集，我们用完整扫描精确计算了边缘向量场，逐条检验其推导，并以它为标尺衡量所训练的网络。",
    ),
  )}</p>${
    verification.passed
      ? null
      : html`<p class="no">${both(phrase("Some checks of the derivation failed; they are marked below.", "部分推导检验未通过，见下文标记。"))}</p>`
  }
<div class="facts">
${fact(`${data.size} × ${data.dim}`, phrase(`data points × dimensions (${verbatim(data.name)})`, `数据点数 × 维数（${verbatim(data.name)}）`))}
${fact(path, phrase(`path; seed ${seed}`, `概率路径；随机种子 ${seed}`))}
${verdict(verification)}
${fact(plusMinus(floor.value, floor.standardError), phrase("floor of the loss, V", "损失下界 V"))}
${fact(plusMinus(evaluation.excess, evaluation.excessStandardError), phrase("excess loss of the network over V", "网络损失超出 V 的部分"))}
${fact(number(training.parameters, 6), phrase(`parameters, ${training.steps} steps`, `个参数，训练 ${training.steps} 步`))}
${fact(`${number(100 * evaluation.memorised.network, 3)} %`, phrase("of the network's samples copy a data point", "的网络样本复制了某个数据点"))}
${fact(`${number(100 * evaluation.memorised.exact, 3)} %`, phrase("of the exact field's samples do", "的精确场样本复制了某个数据点"))}
</div>`;
}

/** The data. */
export function dataSection({ data }: ReportInput): Markup {
  const merged =
    data.merged > 0
      ? phrase(` ${data.merged} repeated rows were merged into weights.`, `其中 ${data.merged} 个重复行已并入权重。`)
      : phrase("", "");
  const { size, dim, examples, image } = data;
  const shown =
    examples.size === size
      ? phrase("all of them below", "全部如下")
      : phrase(`${examples.size} of them below`, `下面是其中 ${examples.size} 个`);
  const picture = image
    ? html`<div class="wrap">${imagesOf(examples, image)}</div>`
    : html`<div class="plot">${scatter([{ x: examples, colour: "--c1" }], { frame: frameOf([examples]) })}</div>`;
  return html`<h2>${both(phrase("Data", "数据"))}</h2>
<p>${both(phrase(`${size} points of dimension ${dim}; ${shown.en}.${merged.en}`, `${size} 个 ${dim} 维数据点，${shown.zh}。${merged.zh}`))}</p>
${picture}${data.attribution ? html`<p><small class="quoted">${data.attribution}</small></p>` : null}`;
}
