/** The report's style sheet. One accent for the tuned model, grey for the base; system fonts; light, dark and paper. */
export const styleSheet = `
:root { color-scheme: light dark;
  --page: #fbfbfa; --card: #fff; --ink: #1c1d1f; --soft: #5f6368; --faint: #e4e4e0; --accent: #2257c5; --accent-soft: #e9effb;
  --grey: #8a8f96; --third: #c08a2d; --good: #17703f; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root {
  --page: #141517; --card: #1c1e21; --ink: #e9eaec; --soft: #a2a7ae; --faint: #303338; --accent: #82aaff; --accent-soft: #1f2a44;
  --grey: #8d939b; --third: #e0b05c; --good: #6ccf94; --bad: #ff8f85; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; overflow-wrap: break-word; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; letter-spacing: -0.01em; margin: 3.2rem 0 .5rem; }
h3 { font-size: .95rem; margin: 1.6rem 0 .2rem; font-weight: 600; }
p { margin: .3rem 0 .9rem; max-width: 44rem; } .soft { color: var(--soft); } small { font-size: .85rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(12.5rem, 1fr)); gap: 1rem; margin: 1.8rem 0 0; padding: 0; list-style: none; }
.card { background: var(--card); border: 1px solid var(--faint); border-radius: 10px; padding: 1rem 1.15rem 1.05rem; }
.card .name { color: var(--soft); font-size: .9rem; }
.card .value { font-size: 2.1rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.card .from { color: var(--soft); font-size: .9rem; font-variant-numeric: tabular-nums; }
.card .change { margin-top: .55rem; font-size: .9rem; font-variant-numeric: tabular-nums; }
.better { color: var(--good); } .worse { color: var(--bad); } .unclear { color: var(--soft); }
.change b { font-weight: 650; }
.notes { border-left: 3px solid var(--grey); padding: .1rem 0 .1rem 1rem; margin: 1.6rem 0 0; color: var(--soft); font-size: .93rem; list-style: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; margin: .6rem 0 1rem; }
th, td { padding: .42rem .9rem .42rem 0; text-align: right; border-bottom: 1px solid var(--faint); white-space: nowrap; vertical-align: baseline; }
th:first-child, td:first-child, .text { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 6rem; } th:last-child, td:last-child { padding-right: 0; }
thead tr + tr th:first-child { text-align: right; }
thead th { color: var(--soft); font-weight: 500; font-size: .86rem; } tbody th { font-weight: 500; }
figure { margin: .8rem 0 1rem; } svg { display: block; width: 100%; height: auto; overflow: visible; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; color: var(--soft); font-size: .88rem; margin: 0 0 .5rem; }
.legend i { display: inline-block; width: .72rem; height: .72rem; border-radius: 50%; margin-right: .45rem; }
.legend .third { background: var(--third); } .legend .accent { background: var(--accent); } .legend .muted { background: var(--grey); }
.legend .mark { width: 0; height: .9rem; border-radius: 0; border-left: 2px dashed var(--ink); vertical-align: -2px; margin-left: .3rem; }
.grid { stroke: var(--faint); } .tick { fill: var(--soft); font-size: 12px; } .label { fill: var(--ink); font-size: 13.5px; }
.line { fill: none; stroke-width: 1.8; stroke-linejoin: round; } .accent-line { stroke: var(--accent); } .muted-line { stroke: var(--grey); } .third-line { stroke: var(--third); }
.accent-bar { fill: var(--accent); } .muted-bar { fill: var(--grey); opacity: .55; } .third-bar { fill: var(--third); }
.cluster { fill: var(--grey); opacity: .25; } .cluster-kept { fill: var(--accent); opacity: .6; } .on-map { fill: var(--ink); paint-order: stroke; stroke: var(--page); stroke-width: 3px; }
.accent-dot { fill: var(--accent); } .muted-dot { fill: var(--grey); } .interval { stroke-width: 3; stroke-linecap: round; opacity: .45; }
.baseline { stroke: var(--ink); stroke-width: 1.6; stroke-dasharray: 4 3; } .bar { fill: var(--accent); } .bar-lost { fill: var(--faint); }
article { background: var(--card); border: 1px solid var(--faint); border-radius: 10px; padding: 1rem 1.2rem; margin: 1rem 0; break-inside: avoid; }
article header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .3rem 1rem; color: var(--soft); font-size: .86rem; margin-bottom: .5rem; } article header span { min-width: 0; overflow-wrap: anywhere; }
.turn { display: grid; grid-template-columns: 5.2rem 1fr; gap: .8rem; margin: .2rem 0; font-size: .93rem; }
.role { color: var(--soft); font-size: .84rem; padding-top: .1rem; } .said { display: block; white-space: pre-wrap; overflow-wrap: anywhere; }
details { font-size: .93rem; margin: .1rem 0 .4rem; } summary { cursor: pointer; color: var(--soft); font-size: .86rem; }
.answers { display: grid; grid-template-columns: repeat(3, 1fr); gap: .8rem; margin-top: .8rem; }
.answer { border-top: 2px solid var(--faint); padding-top: .5rem; font-size: .95rem; } .answer.tuned { border-color: var(--accent); } .answer.base { border-color: var(--grey); }
.answer h3 { margin: 0 0 .2rem; font-size: .84rem; font-weight: 600; color: var(--soft); } .answer.tuned h3 { color: var(--accent); }
.action { color: var(--soft); font: .8rem ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; margin-top: .35rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.4rem; font-size: .93rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) { main { padding: 2rem 1rem; } figure { overflow-x: auto; } figure svg { min-width: 34rem; } .answers { grid-template-columns: 1fr; } .turn { grid-template-columns: 1fr; gap: 0; } }
@media print { :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --faint: #ccc; --accent: #1d4fb8; --good: #0b5d31; --bad: #9b1c15; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } h2 { break-after: avoid; } figure, tr, .card { break-inside: avoid; } }
`.trim();
