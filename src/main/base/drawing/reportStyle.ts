/** Colours of a page, light and dark; they match chartTheme.ts. */
export const pageColors = `
:root { color-scheme: light dark; --page: #f5f6f9; --surface: #fff; --text: #1d2330; --muted: #667085; --line: #e4e7ec; --accent: #2f5fd0 }
@media (prefers-color-scheme: dark) {
  :root { --page: #11141b; --surface: #191d27; --text: #e8eaf0; --muted: #98a2b3; --line: #2c3240; --accent: #7aa2ff }
}
`

/** The page's look. */
export const reportStyle = `${pageColors}* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif }
main { max-width: 1060px; margin: 0 auto; padding: 48px 24px 64px; display: grid; gap: 20px; grid-template-columns: minmax(0, 1fr) }
header p { max-width: 70ch; margin: 8px 0 0 }
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -.015em; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 18px; line-height: 1.3; margin: 0 0 4px }
.kicker { color: var(--accent); font-weight: 600; font-size: 14px; margin: 0 0 6px }
.layers { color: var(--muted); font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
.hint { color: var(--muted); font-size: 14px; margin: 0 0 14px; max-width: 75ch }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 20px; min-width: 0 }
.pair { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)) }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); margin: 0 }
.tiles div { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 14px 18px }
dt { color: var(--muted); font-size: 14px }
.tiles dd { margin: 0; font-size: 25px; line-height: 1.35; font-weight: 600; letter-spacing: -.01em; font-variant-numeric: tabular-nums }
.tiles small { display: block; font-size: 13px; line-height: 1.4; font-weight: 400; letter-spacing: 0; color: var(--muted) }
img { display: block; width: 100%; height: auto }
.pixels { image-rendering: pixelated }
.chart { max-width: 620px } .map { max-width: 820px; margin: 0 auto }
.rows { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 10px 18px; align-items: center; margin: 0 }
.rows dt { font-size: 15px; color: var(--text); font-weight: 600 }
.rows dd { margin: 0 }
details summary { cursor: pointer; font-weight: 600 }
table { border-collapse: collapse; font-size: 14px; margin-top: 12px; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 6px 16px 6px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere }
th { color: var(--muted); font-weight: 400; width: 34% }
.comparison th, .comparison td { font-size: 15px; padding-block: 8px; vertical-align: middle }
.comparison thead th { border-top: 0; font-size: 13px }
.comparison tbody th { color: var(--text) }
.comparison td { font-variant-numeric: tabular-nums; white-space: nowrap }
.comparison tr:last-child th, .comparison tr:last-child td { font-weight: 600 }
.commands { display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; margin: 0; padding: 0; list-style: none }
pre { margin: 4px 0 0; padding: 10px 14px; overflow-x: auto; background: var(--page); border: 1px solid var(--line); border-radius: 8px; font: 13.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; user-select: all }
.notes { margin: 10px 0 0; padding-left: 18px; color: var(--muted); font-size: 14px }
footer { color: var(--muted); font-size: 13px }
@media (max-width: 620px) {
  main { padding: 28px 14px 40px; gap: 14px } h1 { font-size: 26px } .card { padding: 14px }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px } .tiles div { padding: 12px } .tiles dd { font-size: 19px }
  .rows { grid-template-columns: minmax(0, 1fr); gap: 6px } .rows dd { margin-bottom: 8px }
}
@media print { .card, .tiles div { break-inside: avoid } }
`
