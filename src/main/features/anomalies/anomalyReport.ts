import { percentileOf } from '../../../shared/anomalyFigures'
import type { AnomalyPictures } from '../../../shared/api/anomalies'
import type { PixelBlock } from '../../../shared/api/library'
import { CancelledError } from '../../../shared/errors'
import { html, Markup } from '../drawing/html'
import { reportStyle } from '../../cli/report/reportStyle'
import { sharp } from '../../base/sharp'
import { picturesOf } from './anomalyPictures'
import type { AnomalyService } from './anomalyService'
import type { TableRow } from './anomalyTable'
import { type LoadedSearch, thresholdOf } from './loadedSearch'

/** Images that the page shows, the oddest first. */
const mostShown = 40

export interface ReportWork {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/**
 * The search as one HTML page that needs nothing else: what was searched, the histogram, and the oddest images with their
 * heat maps where the model is open.
 *
 * @param odd rows that count as odd, the oddest first
 * @param rows of all images, the oddest first
 */
export async function anomalyReport(
  searches: AnomalyService,
  id: string,
  odd: Int32Array,
  rows: readonly TableRow[],
  { signal, onProgress }: ReportWork,
): Promise<string> {
  const search = await searches.named(id)
  const shown = rows.slice(0, Math.max(12, Math.min(mostShown, odd.length)))
  const detector = searches.detectors.get(id)
  const cards: Markup[] = []
  for (const [i, row] of shown.entries()) {
    if (signal.aborted) throw new CancelledError('Stopped.')
    const pictures = detector ? picturesOf([await detector.view(row.row)]) : null
    cards.push(await card(row, pictures))
    onProgress(i + 1, shown.length)
  }
  return page(search, odd.length, cards).text
}

function page({ record, columns }: LoadedSearch, odd: number, cards: readonly Markup[]): Markup {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
  const normal =
    record.normal.kind === 'itself'
      ? 'the images themselves'
      : `${record.normal.kind} “${record.normal.name}”`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${record.name} · odd ones · Hourglass</title>
        <style>
          ${new Markup(reportStyle)} ${new Markup(ownStyle)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="kicker">Hourglass: odd ones</p>
            <h1>${record.name}</h1>
            <p>
              ${record.count} images of “${record.target.name}” were compared with ${normal}, that is with
              ${record.fitted} images. ${odd} of them count as odd, which are stranger than
              ${percentileOf(columns.normalScores, thresholdOf(record)).toFixed(1)} % of the normal ones.
            </p>
          </header>
          <section class="card">
            <h2>How odd they are</h2>
            <p class="hint">How many images have which score; the line is the threshold.</p>
            ${histogram(columns.scores, columns.normalScores, thresholdOf(record))}
          </section>
          <section class="card">
            <h2>The oddest images</h2>
            <p class="hint">Each as it is, as the network draws it, and where it is odd.</p>
            <div class="odd-ones">${[...cards]}</div>
          </section>
          <footer>
            Made by Hourglass on this machine. The page holds all of its pictures and loads nothing.
          </footer>
        </main>
      </body>
    </html> `
}

const ownStyle = `
.odd-ones { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)) }
.odd-ones figure { margin: 0; display: grid; gap: 6px }
.odd-ones .three { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 3px }
.odd-ones figcaption { font-size: 14px; overflow-wrap: anywhere }
svg .scored { fill: var(--accent) } svg .normal { fill: var(--muted); opacity: .5 } svg .line { stroke: var(--text) }
`

async function card(row: TableRow, pictures: AnomalyPictures | null): Promise<Markup> {
  const percentile = percentileOf(row.normalScores, row.score).toFixed(1)
  const images = pictures
    ? [
        ['as it is', await pngOf(pictures.originals)],
        ['as the network draws it', await pngOf(pictures.reconstructions)],
        ['where it is odd', await pngOf(pictures.heat)],
      ]
    : []
  const mark = row.mark === null ? null : row.mark === 'odd' ? ', marked as odd' : ', marked as not odd'
  return html`<figure>
    <div class="three">
      ${images.map(([alt, data]) => html`<img class="pixels" alt="${alt!}" src="data:image/png;base64,${data!}" />`)}
    </div>
    <figcaption>
      <strong>${row.path}</strong><br />stranger than ${percentile} % of normal ones${mark}
    </figcaption>
  </figure>`
}

async function pngOf({ width, height, channels, data }: PixelBlock): Promise<string> {
  return (await sharp(data, { raw: { width, height, channels } }).png().toBuffer()).toString('base64')
}

/** Two series of bars in equal steps; each as high as its share, so that few and many can be compared. */
function histogram(scores: Float64Array, normal: Float64Array, threshold: number): Markup {
  const [width, height, bins] = [900, 180, 60]
  const from = Math.min(
    scores.reduce((a, b) => Math.min(a, b), Infinity),
    normal[0] ?? Infinity,
  )
  const to = Math.max(
    scores.reduce((a, b) => Math.max(a, b), -Infinity),
    normal.at(-1) ?? -Infinity,
  )
  const span = to - from || 1
  const place = (value: number) => Math.min(bins - 1, Math.max(0, Math.floor(((value - from) / span) * bins)))
  const sharesOf = (values: Float64Array) => {
    const counts = new Float64Array(bins)
    for (const value of values) counts[place(value)]! += 1 / Math.max(1, values.length)
    return [...counts]
  }
  const series = [
    { name: 'normal', shares: sharesOf(normal) },
    { name: 'scored', shares: sharesOf(scores) },
  ]
  const most = Math.max(...series.flatMap(({ shares }) => shares))
  // The square root keeps bars in sight that hold a few images of thousands.
  const tall = (share: number) => height * Math.sqrt(share / most)
  const step = width / bins
  const bars = series.map(({ name, shares }, k) =>
    shares.map(
      (share, i) =>
        html`<rect
          class="${name}"
          x="${(i * step + k * (step / 2)).toFixed(1)}"
          y="${(height - tall(share)).toFixed(1)}"
          width="${(step / 2 - 1).toFixed(1)}"
          height="${tall(share).toFixed(1)}"
        />`,
    ),
  )
  const x = (((threshold - from) / span) * width).toFixed(1)
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Histogram of the scores">
    ${bars}
    <line class="line" x1="${x}" x2="${x}" y1="0" y2="${height}" stroke-width="2" />
  </svg>`
}
