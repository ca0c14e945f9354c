import { pageColors } from '../../base/drawing/reportStyle'

/** The page's look. */
export const experimentStyle = `${pageColors}@media (prefers-color-scheme: dark) { .light { display: none !important } }
@media (prefers-color-scheme: light) { .dark { display: none !important } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif }
main { max-width: 1160px; margin: 0 auto; padding: 48px 24px 64px; display: grid; gap: 20px; grid-template-columns: minmax(0, 1fr) }
header p { max-width: 75ch; margin: 8px 0 0 }
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -.015em; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 18px; line-height: 1.3; margin: 0 0 4px }
.kicker { color: var(--accent); font-weight: 600; font-size: 14px; margin: 0 0 6px }
.hint { color: var(--muted); font-size: 14px; margin: 0 0 14px; max-width: 80ch }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 20px; min-width: 0 }
.card p { max-width: 80ch } .verdict p { margin: 8px 0 0; font-size: 17px } .verdict p + p { font-size: 16px }
.pair { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)) }
img { display: block; width: 100%; height: auto } .pixels { image-rendering: pixelated; width: auto; max-width: 100% }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 0; padding: 0; list-style: none; font-size: 14px }
.legend li { display: flex; gap: 8px; align-items: center } .key { width: 18px; height: 4px; border-radius: 2px; display: inline-block }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: 14px; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 8px 14px 8px 0; border-top: 1px solid var(--line) }
thead th { border-top: 0; color: var(--muted); font-weight: 400; font-size: 13px; vertical-align: bottom } tbody th { font-weight: 600 }
td { font-variant-numeric: tabular-nums; white-space: nowrap } td small { display: block; color: var(--muted); font-size: 12.5px }
.sheets { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 240px), 1fr)) }
figure { margin: 0; min-width: 0 } figcaption { font-size: 14px; color: var(--muted); margin-bottom: 6px }
.strips { display: grid; gap: 12px 20px; grid-template-columns: repeat(2, minmax(0, 1fr)) } .strips .wide { grid-column: 1 / -1; max-width: calc(50% - 10px) }
details summary { cursor: pointer; font-weight: 600 } details table { margin-top: 12px }
footer { color: var(--muted); font-size: 13px }
@media (max-width: 720px) { main { padding: 28px 14px 40px; gap: 14px } h1 { font-size: 26px } .card { padding: 14px } .strips { grid-template-columns: minmax(0, 1fr) } .strips .wide { max-width: 100% } }
@media print { .card { break-inside: avoid } }
`
