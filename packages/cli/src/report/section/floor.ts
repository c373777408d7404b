import { chart } from "../chart.js";
import { html, type Markup } from "../html.js";
import type { ReportInput } from "../report-input.js";
import { fixedScale, linearScale, logScale } from "../scale.js";
import { both, number, phrase, plusMinus } from "../text.js";

const time = fixedScale(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]);
const timeLabel = phrase("t (0 noise, 1 data)", "t（0 为噪声，1 为数据）");

/** The floor by time, and how the posterior concentrates. */
export function floorSection({ floor, training, data }: ReportInput): Markup {
  const shown = floor.byTime.filter(({ t }) => t <= 0.995);
  const floorLine = shown.map(({ t, floor: v }) => [t, v] as const);
  const excess = training.excessByTime.map(({ t, excess: v }) => [t, v] as const);
  const late = lateShare(training.excessByTime);
  const entropy = floor.entropy.area === null ? "" : plusMinus(floor.entropy.area, floor.entropy.standardError ?? 0);
  return html`<h2>${both(phrase("The floor under the loss", "损失的下界"))}</h2>
<p>${both(
    phrase(
      `No network can bring the flow matching loss below V = ${plusMinus(floor.value, floor.standardError)} (${number(floor.perDim)} per dimension): at one x_t many data points compete, and their velocities differ.`,
      `任何网络的流匹配损失都不可能低于 V = ${plusMinus(floor.value, floor.standardError)}（每维 ${number(floor.perDim)}）：同一个 x_t 处有许多数据点竞争，它们的速度各不相同。`,
    ),
  )}${
    entropy
      ? both(
          phrase(
            ` The area under the posterior covariance is ${entropy}; the theorem says the entropy of the data, ${number(floor.entropy.exact, 5)}.`,
            `后验协方差之下的面积为 ${entropy}；定理给出的是数据的熵 ${number(floor.entropy.exact, 5)}。`,
          ),
        )
      : null
  }${both(
    phrase(
      ` Of the network's excess ${number(100 * late, 2)} % lies at t > ½, where the exact field settles on single data points.`,
      `网络的超出量有 ${number(100 * late, 2)} % 出现在 t > ½，此时精确场已收敛到单个数据点。`,
    ),
  )}</p>
<div class="pair">
${chart({
  title: phrase("Floor and excess by time", "各时刻的下界与超出量"),
  xLabel: timeLabel,
  yLabel: phrase("squared velocity error", "速度的平方误差"),
  x: time,
  y: linearScale([0, ...floorLine.map(([, v]) => v), ...excess.map(([, v]) => v)]),
  series: [
    {
      label: phrase("floor b² E tr Cov(z|x)", "下界 b² E tr Cov(z|x)"),
      colour: "--c1",
      points: floorLine,
      band: shown.map((p) => 2 * p.standardError),
    },
    {
      label: phrase("excess of the network", "网络的超出量"),
      colour: "--c2",
      points: excess,
      band: training.excessByTime.map((p) => 2 * p.standardError),
    },
  ],
})}
${chart({
  title: phrase("How many data points share one x_t", "一个 x_t 由多少数据点分享"),
  xLabel: timeLabel,
  yLabel: phrase("number of data points", "数据点数"),
  x: time,
  y: logScale([1, data.size]),
  series: [
    {
      label: phrase("effective sample size 1/Σλ²", "有效样本数 1/Σλ²"),
      colour: "--c3",
      points: shown.map((p) => [p.t, p.ess] as const),
    },
    {
      label: phrase("exp of the posterior entropy", "后验熵的指数"),
      colour: "--c5",
      kind: "dashed",
      points: shown.map((p) => [p.t, Math.exp(p.entropy)] as const),
    },
  ],
})}
</div>`;
}

/** The part of the excess at t > ½, from the mean in equal bins of time. */
function lateShare(bins: ReportInput["training"]["excessByTime"]): number {
  const sum = (part: typeof bins): number => part.reduce((total, { excess }) => total + excess, 0);
  return sum(bins.filter(({ t }) => t > 0.5)) / sum(bins);
}
