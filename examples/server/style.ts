import { createHash } from 'node:crypto'

export const style = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #fff; --ink: #1b1f27; --faint: #5b6472; --rule: #dfe3e8; --code: #eef1f4;
  --good: #14703c; --good-ground: #e0f4e7; --bad: #a3241c; --bad-ground: #fce6e4; --plain: #3a4757; --plain-ground: #e6eaef; --link: #1d55c4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1216; --card: #191e25; --ink: #e7eaee; --faint: #9ba6b4; --rule: #2d3540; --code: #242b34;
    --good: #6ddc99; --good-ground: #12351f; --bad: #ff9a91; --bad-ground: #431a17; --plain: #c3ccd7; --plain-ground: #2a323c; --link: #8fb5ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; padding: clamp(1rem, 4vw, 3rem) 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; -webkit-text-size-adjust: 100%; }
main { max-width: 46rem; margin: 0 auto; padding: clamp(1.25rem, 4vw, 2.5rem); background: var(--card); border: 1px solid var(--rule); border-radius: 1rem; }
h1 { margin: .9rem 0 .2rem; font-size: clamp(1.5rem, 5vw, 2.1rem); line-height: 1.2; text-wrap: balance; }
h2 { margin: 2rem 0 .6rem; font-size: 1.05rem; }
p { margin: .4rem 0; }
a { color: var(--link); }
h1, dd, p, code { overflow-wrap: anywhere; }
code { padding: .1em .35em; background: var(--code); border-radius: .3em; font: .875em/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { margin: .6rem 0; padding: .8rem 1rem; background: var(--code); border-radius: .5rem; white-space: pre-wrap; }
pre code { padding: 0; background: none; }
.word { display: inline-block; max-width: 100%; }
.faint, dt, .dates span, footer { color: var(--faint); }
.status { display: inline-block; margin: 0; padding: .2rem .8rem; border-radius: 1rem; font-size: .9rem; font-weight: 600; color: var(--plain); background: var(--plain-ground); }
.status.good { color: var(--good); background: var(--good-ground); }
.status.bad { color: var(--bad); background: var(--bad-ground); }
.long { max-height: 12rem; overflow-y: auto; }
dl { display: grid; grid-template-columns: 10rem 1fr; margin: .5rem 0 0; }
dt, dd { margin: 0; padding: .5rem 1rem .5rem 0; border-top: 1px solid var(--rule); }
dd { min-width: 0; padding-right: 0; }
dd ul { margin: 0; padding: 0; list-style: none; }
.line { display: block; overflow: visible; }
.track { stroke: var(--rule); stroke-width: 6; stroke-linecap: round; }
.period { stroke: var(--plain); stroke-width: 6; stroke-linecap: round; }
.good .period { stroke: var(--good); }
.bad .period { stroke: var(--bad); }
circle.now { fill: var(--card); stroke: var(--ink); stroke-width: 4; }
.dates { display: flex; justify-content: space-between; gap: 1rem; margin: .5rem 0 1rem; padding: 0; list-style: none; font-size: .9rem; }
.dates li:nth-child(2) { text-align: center; }
.dates li:nth-child(3) { text-align: right; }
.dates span { display: block; font-size: .8rem; }
.dates .now { font-weight: 600; }
ol.steps { padding-left: 1.3rem; }
ol.steps > li { margin: .9rem 0; }
footer { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--rule); font-size: .9rem; }
@media (max-width: 34rem) {
  .dates { flex-direction: column; gap: .2rem; }
  .dates .end, .dates .now { display: flex; flex-wrap: wrap; justify-content: space-between; text-align: left; }
  .dates span, .dates time { white-space: nowrap; }
  dl { grid-template-columns: 1fr; }
  dt { padding-bottom: 0; }
  dd { padding-top: 0; border-top: 0; }
}
`

/** Only this style: no script, nothing from anywhere, in nobody's frame. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')
