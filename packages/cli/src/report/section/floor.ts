import { type Chart, chart } from "../chart.js";
import { html, type Markup } from "../html.js";
import type { FloorSummary, ReportInput, TrainingSummary } from "../report-input.js";
import { fixedScale, linearScale, logScale } from "../scale.js";
import { both, number, type Phrase, phrase, plusMinus } from "../text.js";

const time = fixedScale(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]);
const timeLabel = phrase("t (0 noise, 1 data)", "t（0 为噪声，1 为数据）");

/** The floor by time, and how the posterior concentrates. */
export function floorSection({ floor, training, data }: ReportInput): Markup {
  return html`<h2>${both(phrase("The floor under the loss", "损失的下界"))}</h2>
<p>${both(meaning(floor))}${both(area(floor))}${both(lateness(training, floor))}</p>
<div class="pair">
${chart(floorChart(shown(floor), training))}
${chart(posteriorChart(shown(floor), data.size))}
</div>`;
}

/** The times that a linear axis can tell from 1. */
function shown({ byTime }: FloorSummary): FloorSummary["byTime"] {
  return byTime.filter(({ t }) => t <= 0.995);
}

function meaning({ value, standardError, perDim }: FloorSummary): Phrase {
  const v = plusMinus(value, standardError);
  return phrase(
    `No network can bring the flow matching loss below V = ${v} (${number(perDim)} per dimension): at one x_t many data points compete, and their velocities differ.`,
    `任何网络的流匹配损失都不可能低于 V = ${v}（每维 ${number(perDim)}）：同一个 x_t 处有许多数据点竞争，它们的速度各不相同。`,
  );
}

/** The area theorem, where it applies. Eq. (M10) */
function area({ entropy: { area: measured, standardError, exact } }: FloorSummary): Phrase {
  if (measured === null) return phrase("", "");
  const value = plusMinus(measured, standardError ?? 0);
  return phrase(
    ` The area ∫₀^∞ s E tr Cov(z|x) ds is ${value}; the theorem says the entropy of the data, ${number(exact, 5)}.`,
    `面积 ∫₀^∞ s E tr Cov(z|x) ds 为 ${value}；定理给出的是数据的熵 ${number(exact, 5)}。`,
  );
}

/** The part of the excess at t > ½, from the means in equal bins of time, and how few data points are left there. */
function lateness({ excessByTime }: TrainingSummary, { byTime }: FloorSummary): Phrase {
  const sum = (bins: TrainingSummary["excessByTime"]): number => bins.reduce((total, { excess }) => total + excess, 0);
  const share = sum(excessByTime.filter(({ t }) => t > 0.5)) / sum(excessByTime);
  const [half, end] = [effectiveNumber(byTime, 0.5), effectiveNumber(byTime, 0.9)];
  if (![share, half, end].every(Number.isFinite)) return phrase("", "");
  const [percent, from, to] = [100 * share, half, end].map((v) => number(v, 2));
  return phrase(
    ` Of the network's excess ${percent} % lies at t > ½; the effective number of data points that share one x_t is ${from} at t = 0.5 and ${to} at t = 0.9.`,
    `网络的超出量有 ${percent} % 出现在 t > ½；分享同一个 x_t 的有效数据点数在 t = 0.5 时为 ${from}，在 t = 0.9 时为 ${to}。`,
  );
}

/** The mean effective sample size at t, linear between the nodes of the floor; NaN outside of them. */
function effectiveNumber(byTime: FloorSummary["byTime"], t: number): number {
  const next = byTime.findIndex((p) => p.t >= t);
  const [a, b] = [byTime[next - 1], byTime[next]];
  return a && b ? a.ess + ((b.ess - a.ess) * (t - a.t)) / (b.t - a.t) : Number.NaN;
}

function floorChart(byTime: FloorSummary["byTime"], { excessByTime }: TrainingSummary): Chart {
  return {
    title: phrase("Floor and excess by time", "各时刻的下界与超出量"),
    xLabel: timeLabel,
    yLabel: phrase("squared velocity error", "速度的平方误差"),
    x: time,
    y: linearScale([0, ...byTime.map(({ floor }) => floor), ...excessByTime.map(({ excess }) => excess)]),
    series: [
      {
        label: phrase("floor b² E tr Cov(z|x)", "下界 b² E tr Cov(z|x)"),
        colour: "--c1",
        points: byTime.map(({ t, floor }) => [t, floor] as const),
        band: byTime.map(({ standardError }) => 2 * standardError),
      },
      {
        label: phrase("excess of the network", "网络的超出量"),
        colour: "--c2",
        points: excessByTime.map(({ t, excess }) => [t, excess] as const),
        band: excessByTime.map(({ standardError }) => 2 * standardError),
      },
    ],
  };
}

function posteriorChart(byTime: FloorSummary["byTime"], size: number): Chart {
  return {
    title: phrase("How many data points share one x_t", "一个 x_t 由多少数据点分享"),
    xLabel: timeLabel,
    yLabel: phrase("number of data points", "数据点数"),
    x: time,
    y: logScale([1, size]),
    series: [
      {
        label: phrase("effective sample size 1/Σλ²", "有效样本数 1/Σλ²"),
        colour: "--c3",
        points: byTime.map(({ t, ess }) => [t, ess] as const),
      },
      {
        label: phrase("exp of the posterior entropy", "后验熵的指数"),
        colour: "--c5",
        kind: "dashed",
        points: byTime.map(({ t, entropy }) => [t, Math.exp(entropy)] as const),
      },
    ],
  };
}
