import type { AnomalyFigures, AnomalyResult, ScoredImage } from '../../../../shared/anomalies'
import type { Markup } from '../../../base/drawing/html'
import { html } from '../../../base/drawing/html'
import { reportStyle } from '../../../base/drawing/reportStyle'
import { standalonePage } from '../../../base/drawing/standalonePage'
import { histogramChart, rocChart } from './anomalyCharts'

const style = `${reportStyle}
.odd-ones { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); margin: 0; padding: 0; list-style: none }
.odd-ones img { border-radius: 6px; image-rendering: pixelated }
.odd-ones p { margin: 6px 0 0; font-size: 13.5px; line-height: 1.4; overflow-wrap: anywhere }
.odd-ones .score { color: var(--muted) }
.light, .dark { max-width: 620px } .dark { display: none }
@media (prefers-color-scheme: dark) { .light { display: none } .dark { display: block } }
`

/**
 * What was found as one page that needs nothing else: pictures are embedded, and a policy forbids the browser to load
 * anything or to run a script.
 *
 * @param worst the oddest first
 * @param pictures of some of them, by index
 */
export function anomalyReportPage(
  result: AnomalyResult,
  worst: readonly ScoredImage[],
  pictures: ReadonlyMap<number, Buffer>,
): string {
  return standalonePage(
    { title: 'Odd ones', style },
    html`${head(result)} ${figureTiles(result)} ${charts(result)} ${gallery(worst, pictures)} ${table(worst)}
      <footer>
        Made by Hourglass on this machine. The page holds all of its pictures and loads nothing.
      </footer>`,
  )
}

function head({ images, fitted, selfFitted, settings }: AnomalyResult): Markup {
  const found = images.filter(({ odd }) => odd).length
  const beside = selfFitted
    ? 'Each was compared with the others in the same folder.'
    : `Each was compared with ${fitted.toLocaleString('en')} normal images.`
  return html`<header>
    <p class="kicker">Hourglass report</p>
    <h1>${found} of ${images.length.toLocaleString('en')} images are odd</h1>
    <p>
      ${beside} The score is “${settings.score}”, and the threshold is where
      ${(100 * settings.falseAlarms).toPrecision(2)} % of normal images would be called odd.
    </p>
  </header>`
}

function figureTiles({ figures, threshold }: AnomalyResult): Markup {
  const tile = (name: string, value: string, small = '') =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}${small === '' ? null : html`<small>${small}</small>`}</dd>
    </div>`
  const known = figures ? knownTiles(figures, tile) : []
  return html`<dl class="tiles">${[tile('Threshold', threshold.toFixed(3)), ...known]}</dl>`
}

function knownTiles(
  { auroc, averagePrecision, bestF1, confusion, normal, odd, pixelAuroc, pro }: AnomalyFigures,
  tile: (name: string, value: string, small?: string) => Markup,
): Markup[] {
  return [
    tile('AUROC', auroc.toFixed(4), 'the chance that an odd image scores higher than a normal one'),
    tile('Average precision', averagePrecision.toFixed(4)),
    tile('Best F1', bestF1.toFixed(4)),
    tile('Found', `${confusion.truePositives} of ${odd}`, 'odd images above the threshold'),
    tile('False alarms', `${confusion.falsePositives} of ${normal}`, 'normal images above it'),
    ...(pixelAuroc === null ? [] : [tile('Pixel AUROC', pixelAuroc.toFixed(4), 'with the masks')]),
    ...(pro === null ? [] : [tile('PRO', pro.toFixed(4), 'overlap with each damaged place')]),
  ]
}

function charts(result: AnomalyResult): Markup {
  const { figures } = result
  return html`<div class="pair">
    ${card('Scores', 'Share of the images with each score.', (theme) => histogramChart(result, theme))}
    ${figures && card('ROC', 'Odd images found against false alarms.', (theme) => rocChart(figures, theme))}
  </div>`
}

function card(title: string, hint: string, draw: (theme: 'light' | 'dark') => string): Markup {
  const picture = (theme: 'light' | 'dark') => {
    const data = Buffer.from(draw(theme)).toString('base64')
    return html`<img class="${theme}" alt="${title}" src="data:image/svg+xml;base64,${data}" />`
  }
  return html`<section class="card">
    <h2>${title}</h2>
    <p class="hint">${hint}</p>
    ${picture('light')} ${picture('dark')}
  </section>`
}

function gallery(worst: readonly ScoredImage[], pictures: ReadonlyMap<number, Buffer>): Markup | null {
  const shown = worst.filter(({ index }) => pictures.has(index))
  if (shown.length === 0) return null
  return html`<section class="card">
    <h2>The oddest</h2>
    <p class="hint">
      Each as it is, as the network reconstructs it, and with heat where it is odd. The oddest comes first.
    </p>
    <ul class="odd-ones">
      ${shown.map(
        (image) =>
          html`<li>
            <img
              alt="${image.path}, its reconstruction and its heat map"
              src="data:image/png;base64,${pictures.get(image.index)!.toString('base64')}"
            />
            <p>
              ${image.path}${image.label === null ? null : ` (${image.label})`}
              <span class="score">
                score ${image.score.toFixed(2)}, stranger than ${image.percentile.toFixed(1)} % of normal
                ones${image.odd ? null : '; below the threshold'}
              </span>
            </p>
          </li>`,
      )}
    </ul>
  </section>`
}

/** Rows that a page can bear. */
const mostRows = 1000

function table(worst: readonly ScoredImage[]): Markup {
  return html`<section class="card">
    <details>
      <summary>All scores</summary>
      <table>
        <thead>
          <tr>
            <th>Image</th>
            <th>Score</th>
            <th>Percentile</th>
            <th>Odd</th>
          </tr>
        </thead>
        <tbody>
          ${worst.slice(0, mostRows).map(
            ({ path, score, percentile, odd }) =>
              html`<tr>
                <td>${path}</td>
                <td>${score.toFixed(3)}</td>
                <td>${percentile.toFixed(1)}</td>
                <td>${odd ? 'yes' : 'no'}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${worst.length > mostRows ? html`<p class="hint">scores.csv has the other ${worst.length - mostRows}.</p>` : null}
    </details>
  </section>`
}
