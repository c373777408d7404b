/** The style of the page: one column of text, figures that may be wider, both themes, the Okabe–Ito palette. */
export const style = `
:root { color-scheme: light dark; --bg: #fbfaf7; --ink: #1d1f23; --soft: #5c6068; --rule: #dcd8cf; --card: #ffffff;
  --c1: #0072b2; --c2: #d55e00; --c3: #009e73; --c4: #7a7d84; --c5: #cc79a7; --good: #00704f; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --bg: #15171b; --ink: #e9e7e2; --soft: #a3a6ad; --rule: #34373d; --card: #1d2025;
  --c1: #56b4e9; --c2: #ff9a4d; --c3: #33c79b; --c4: #90949c; --c5: #e39bc4; --good: #33c79b; --bad: #ff8a80; } }
* { box-sizing: border-box; }
html[lang="en"] [lang="zh"], html[lang="zh"] [lang="en"] { display: none; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.6 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, "Liberation Serif", "DejaVu Serif", "Noto Serif", "Songti SC", "Noto Serif CJK SC", serif; }
main { max-width: 1080px; margin: 0 auto; padding: 2.2rem 1.2rem 4rem; }
header.top { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; } header.top button { flex: none; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0.2rem 0 0.4rem; letter-spacing: -0.01em; }
h1, .fact b { overflow-wrap: anywhere; } h3 { font-size: 1rem; font-weight: 600; margin: 0.9rem 0 0; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 0.4rem; padding-top: 1.1rem; border-top: 1px solid var(--rule); }
p { max-width: 46rem; margin: 0.5rem 0; } .lead { font-size: 1.08rem; color: var(--soft); }
button { font: inherit; font-size: 0.9rem; color: var(--ink); background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: 0.25rem 0.8rem; cursor: pointer; }
.facts { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0.7rem; margin: 1.2rem 0; }
.fact { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0.65rem 0.85rem; }
.fact b { display: block; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.35; }
.fact span { color: var(--soft); font-size: 0.86rem; }
img { image-rendering: pixelated; display: block; width: 100%; height: auto; border-radius: 3px; background: #000; }
@media (max-width: 720px) { .facts { grid-template-columns: 1fr 1fr; } h1 { font-size: 1.6rem; } .checks tr { display: grid; grid-template-columns: 1fr auto auto auto; } .checks thead { display: none; } .checks td:nth-child(2) { grid-column: 1 / -1; grid-row: 2; border: 0; } .checks td { border: 0; padding: 0.15rem 0.6rem 0.15rem 0; } .checks tr { border-bottom: 1px solid var(--rule); padding: 0.4rem 0; } }
.wrap { display: grid; grid-template-columns: repeat(auto-fill, minmax(46px, 1fr)); gap: 5px; margin: 0.8rem 0; }
.plot { max-width: 340px; margin: 0.8rem 0; } .clouds { display: grid; grid-template-columns: repeat(auto-fill, minmax(118px, 1fr)); gap: 6px; margin: 0.3rem 0 0.8rem; } .clouds small { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.36rem 0.6rem 0.36rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { color: var(--soft); font-weight: 500; } td.n, th.n { text-align: right; white-space: nowrap; }
td small { color: var(--soft); display: block; line-height: 1.35; } code { font-size: 0.88em; }
.ok { color: var(--good); font-weight: 600; } .no { color: var(--bad); font-weight: 700; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 1.2rem; }
figure { margin: 1rem 0; } figcaption { color: var(--soft); font-size: 0.92rem; margin-bottom: 0.25rem; } figcaption strong { color: var(--ink); }
.chart svg { width: 100%; height: auto; display: block; } .chart text { font-size: 12.5px; fill: var(--soft); font-family: ui-sans-serif, system-ui, "Noto Sans CJK SC", sans-serif; }
.grid { stroke: var(--rule); stroke-width: 1; } .axis, .mark { stroke: var(--soft); stroke-width: 1; }
path.line, path.dashed { fill: none; stroke-width: 2; stroke-linejoin: round; } path.dashed { stroke-dasharray: 6 4; }
path.band { opacity: 0.18; stroke: none; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; font-size: 0.86rem; color: var(--soft); }
.legend i { display: inline-block; width: 20px; border-top: 3px solid var(--c); vertical-align: middle; margin-right: 0.4rem; }
.legend i.dashed { border-top-style: dashed; } .legend i.dots { width: 7px; height: 7px; border: 0; border-radius: 50%; background: var(--c); }
.scatter { display: block; width: 100%; height: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 6px; }
.grid-samples { display: grid; grid-template-columns: 5.4em repeat(var(--n), minmax(0, 76px)); gap: 5px; align-items: center; font-size: 0.82rem; color: var(--soft); margin: 0.8rem 0; }
@media (max-width: 720px) { .grid-samples { grid-template-columns: repeat(var(--n), minmax(0, 1fr)); gap: 3px; } .grid-samples .of { grid-column: 1 / -1; margin-top: 0.3rem; } .chart text { font-size: 16px; } .clouds { grid-template-columns: repeat(3, 1fr); } }
.posterior { display: grid; gap: 0.9rem; grid-template-columns: repeat(4, 1fr); margin: 0.9rem 0; } @media (max-width: 900px) { .posterior { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); } }
sub, sup { font-size: 0.72em; line-height: 0; }
.posterior > div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0.7rem; font-size: 0.84rem; }
.posterior > div > small { display: block; margin-top: 0.4rem; line-height: 1.35; color: var(--soft); }
.posterior .duo { display: grid; grid-template-columns: 1fr 1fr; gap: 5px; } .posterior .duo small { color: var(--soft); text-align: center; }
.weight { display: grid; grid-template-columns: 26px 1fr 3.2em; gap: 6px; align-items: center; margin-top: 4px; } .weight i { height: 8px; border-radius: 4px; background: var(--c1); display: block; min-width: 1px; } .weight span { text-align: right; font-variant-numeric: tabular-nums; color: var(--soft); }
pre { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0.8rem 1rem; overflow-x: auto; font-size: 0.82rem; line-height: 1.45; }
footer { color: var(--soft); font-size: 0.86rem; margin-top: 2.5rem; }
`;
