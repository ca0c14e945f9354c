import { rivalNames } from '../../../../shared/api/compression'
import type { Markup } from '../../../base/drawing/html'
import { html } from '../../../base/drawing/html'
import { reportStyle } from '../../../base/drawing/reportStyle'
import { standalonePage } from '../../../base/drawing/standalonePage'
import type { CompressionComparison } from '../compareCodecs'
import type { CompressSummary } from '../compressImages'
import { curveChart } from './compressionCharts'
import { rivalTitles, savedPercent, verdictOf } from './verdict'

const style = `${reportStyle}
.light, .dark { max-width: 660px } .dark { display: none }
@media (prefers-color-scheme: dark) { .light { display: none } .dark { display: block } }
`

/** The comparison as one page that needs nothing else and runs nothing. */
export function compressionPage(summary: CompressSummary, comparison: CompressionComparison): string {
  return standalonePage(
    { title: 'Compression', style },
    html`${head(summary, comparison)} ${tiles(summary)}
      <div class="pair">
        ${card('PSNR', 'Higher and further to the left is better.', (theme) =>
          curveChart(comparison, 'psnr', theme),
        )}
        ${card('SSIM', 'How alike the structure is; 1 is the same image.', (theme) =>
          curveChart(comparison, 'ssim', theme),
        )}
      </div>
      ${table(comparison)} ${notes(summary, comparison)}
      <footer>
        Made by Hourglass on this machine. The page holds all of its pictures and loads nothing.
      </footer>`,
  )
}

function head({ count }: CompressSummary, comparison: CompressionComparison): Markup {
  return html`<header>
    <p class="kicker">Hourglass report</p>
    <h1>${count.toLocaleString('en')} images, compressed</h1>
    <p>${verdictOf(comparison)}</p>
  </header>`
}

function tiles({ count, bytes, parts, psnr, seconds }: CompressSummary): Markup {
  const tile = (name: string, value: string, small: string) =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}<small>${small}</small></dd>
    </div>`
  const each = (part: number) => (part / count).toFixed(2)
  return html`<dl class="tiles">
    ${[
      tile('PSNR', `${psnr.toFixed(2)} dB`, 'mean over the images'),
      tile('Codes', `${each(parts.codes + parts.pixels)} bytes`, 'an image, without the model'),
      tile('With everything', `${each(bytes)} bytes`, 'an image: codes, names, labels, dates and the model'),
      tile('Model', `${(parts.model + parts.axes).toLocaleString('en')} bytes`, 'once in the file'),
      tile('Names', `${each(parts.names)} bytes`, 'an image, with labels, sizes and dates'),
      tile('Time', `${seconds.toFixed(1)} s`, `${(count / seconds).toFixed(0)} images a second`),
    ]}
  </dl>`
}

function card(title: string, hint: string, draw: (theme: 'light' | 'dark') => string): Markup {
  const picture = (theme: 'light' | 'dark') => {
    const data = Buffer.from(draw(theme)).toString('base64')
    return html`<img
      class="${theme}"
      alt="${title} over bytes an image"
      src="data:image/svg+xml;base64,${data}"
    />`
  }
  return html`<section class="card">
    <h2>${title}</h2>
    <p class="hint">${hint}</p>
    ${picture('light')} ${picture('dark')}
  </section>`
}

function table(comparison: CompressionComparison): Markup {
  const { rivals, hourglass, psnr } = comparison
  const rows = rivalNames.map((name) => {
    const found = rivals[name]
    if (!found)
      return html`<tr>
        <th scope="row">${rivalTitles[name]}</th>
        <td>–</td>
        <td>–</td>
        <td>not this near</td>
      </tr>`
    const saved = savedPercent(comparison, found)
    return html`<tr>
      <th scope="row">${rivalTitles[name]}</th>
      <td>${found.bytes.toFixed(1)}</td>
      <td>${found.psnr.toFixed(2)} dB</td>
      <td>${Math.abs(saved).toFixed(0)} % ${saved >= 0 ? 'fewer here' : 'more here'}</td>
    </tr>`
  })
  return html`<section class="card">
    <h2>Bytes an image at ${psnr.toFixed(2)} dB</h2>
    <p class="hint">
      Each codec with the best of its settings. One that cannot be as coarse as this counts with its fewest
      bytes, and the PSNR that they give.
    </p>
    <table class="comparison">
      <thead>
        <tr>
          <th>Kept as</th>
          <th>Bytes</th>
          <th>PSNR</th>
          <th>Difference</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
        <tr>
          <th scope="row">Hourglass, codes alone</th>
          <td>${hourglass.bytes.toFixed(1)}</td>
          <td>${hourglass.psnr.toFixed(2)} dB</td>
          <td></td>
        </tr>
      </tbody>
    </table>
  </section>`
}

function notes({ knowsTraining }: CompressSummary, { images, paysFrom }: CompressionComparison): Markup {
  const from = (count: number | null) =>
    count === null ? 'never' : `from ${count.toLocaleString('en')} images on`
  return html`<section class="card">
    <h2>How this was measured</h2>
    <ul class="notes">
      <li>
        JPEG, WebP and AVIF wrote one file an image for ${images.single} of the images; the pictures of all
        images, the curves of the model and PCA come from ${images.sheet}.
      </li>
      <li>
        With its model in it the file is smaller than the best of JPEG, WebP and AVIF
        ${from(paysFrom.single)}, and smaller than the best picture of all images ${from(paysFrom.sheet)}.
      </li>
      <li>
        PCA is fitted to
        ${knowsTraining ? 'the images that the model was trained on' : 'the compressed images themselves'},
        and its numbers are rounded and coded as the model’s are. Its components, like the model, are not
        counted.
      </li>
      <li>
        PSNR and SSIM are means over images. Bytes of codes leave out names, which files of a folder have too.
      </li>
    </ul>
  </section>`
}
