import type { RunInfo } from '../../../shared/run'
import type { Markup } from '../../base/drawing/html'
import { html } from '../../base/drawing/html'
import type { ReportData } from './reportData'
import { reportStyle } from '../../base/drawing/reportStyle'
import { standalonePage } from '../../base/drawing/standalonePage'
import { comparisonCard } from './comparisonCard'
import { tiles } from './reportTiles'
import { describeTraining, formatLayers } from './words'

/** A picture as an SVG for each scheme; the reader's system chooses. */
export type ChartPair = { light: string; dark: string }

/** The pictures of the page, each null where there is nothing to show. PNGs are at the images' own size. */
export type ReportPictures = {
  loss: ChartPair | null
  psnr: ChartPair | null
  samples: { title: string; png: Buffer }[]
  kernels: Buffer | null
  latent: ChartPair | null
  variance: ChartPair | null
}

/**
 * The whole report as one page that needs nothing else: pictures are embedded, and a policy forbids the browser to
 * load anything or to run a script.
 */
export function reportPage(data: ReportData, pictures: ReportPictures): string {
  return standalonePage(
    { title: data.title, style: reportStyle },
    html`${head(data)} ${tiles(data)} ${samplesCard(pictures, data)} ${curves(pictures)}
      ${comparisonCard(data)} ${latentCard(pictures, data)} ${insideCards(pictures)} ${commandsCard(data)}
      ${settingsCard(data.run)}
      <footer>
        Made by Hourglass ${data.run.versions.hourglass ?? null} on this machine. The page holds all of its
        pictures and loads nothing.
      </footer>`,
  )
}

function head(data: ReportData): Markup {
  const { notes, error, spec } = data.run
  const sentences = error === null ? notes : [...notes, error]
  return html`<header>
    <p class="kicker">Hourglass report</p>
    <h1>${data.title}</h1>
    <p>${describeTraining(data)}</p>
    <p class="layers">${formatLayers(spec)}</p>
    ${
      sentences.length > 0
        ? html`<ul class="notes">
            ${sentences.map((note) => html`<li>${note}</li>`)}
          </ul>`
        : null
    }
  </header>`
}

function samplesCard({ samples }: ReportPictures, { samples: data }: ReportData): Markup | null {
  if (samples.length === 0 || !data) return null
  const { width, height } = data.original.shape
  return html`<section class="card">
    <h2>What it makes of images</h2>
    <p class="hint">
      Each column is one image of ${width} × ${height} pixels, drawn again from its code alone.
    </p>
    <dl class="rows">
      ${samples.map(
        ({ title, png }) =>
          html`<dt>${title}</dt>
            <dd>${pixels(png, `${title} images in a row`)}</dd>`,
      )}
    </dl>
  </section>`
}

function curves({ loss, psnr }: ReportPictures): Markup | null {
  if (!loss) return null
  return html`<div class="pair">
    ${chartCard('Error', 'After each epoch; lower is better.', loss, 'The error against the epoch')}
    ${psnr ? chartCard('PSNR in dB', 'Of held-out images; higher is better.', psnr, 'PSNR against the epoch') : null}
  </div>`
}

function latentCard({ latent }: ReportPictures, { latent: data }: ReportData): Markup | null {
  if (!latent || !data) return null
  return html`<section class="card">
    <h2>The latent space</h2>
    <p class="hint">
      Each point is the code of one image, brought to two dimensions by ${data.method}. Labels were not used
      in training, only for the colours.
    </p>
    <div class="map">${picture(latent, 'A map of the codes, coloured by label')}</div>
  </section>`
}

function insideCards({ kernels, variance }: ReportPictures): Markup | null {
  if (!kernels && !variance) return null
  return html`<div class="pair">
    ${
      kernels &&
      html`<section class="card">
        <h2>What the first layer looks for</h2>
        <p class="hint">
          One image a unit, the strongest first. Bright pixels excite it, dark ones inhibit it, grey ones do
          not matter to it.
        </p>
        ${pixels(kernels, 'Weights of the first layer as images')}
      </section>`
    }
    ${
      variance &&
      chartCard(
        'How many directions the codes use',
        'The share of the codes’ variance along each of their principal axes.',
        variance,
        'Variance along each principal axis',
      )
    }
  </div>`
}

function commandsCard({ commands }: ReportData): Markup | null {
  if (commands.length === 0) return null
  const items = commands.map(
    ({ purpose, command }) =>
      html`<li>
        ${purpose}
        <pre>${command}</pre>
      </li>`,
  )
  return html`<section class="card">
    <h2>How to go on</h2>
    <p class="hint">A click selects a whole line.</p>
    <ul class="commands">
      ${items}
    </ul>
  </section>`
}

function settingsCard({
  state,
  createdAt,
  dataset,
  preset,
  runtime,
  device,
  versions,
  spec,
  config,
}: RunInfo): Markup {
  const run = { state, createdAt, dataset, preset, runtime, device }
  const rows = [
    ...flatten(run, ''),
    ...flatten(spec, 'model '),
    ...flatten(config, 'training '),
    ...flatten(versions, 'version of '),
  ]
  return html`<details class="card">
    <summary>All settings</summary>
    <table>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </table>
  </details>`
}

function flatten(value: object, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]): [string, string][] => {
    if (inner === null) return [[prefix + name, 'none']]
    if (Array.isArray(inner)) return [[prefix + name, inner.map(settingText).join('; ')]]
    if (typeof inner === 'object') return flatten(inner, `${prefix}${name} `)
    return [[prefix + name, String(inner)]]
  })
}

/** A layer as "dense, 196, sigmoid"; anything else as it is. */
function settingText(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.values(value).join(', ') : String(value)
}

function chartCard(title: string, hint: string, chart: ChartPair, alt: string): Markup {
  return html`<section class="card">
    <h2>${title}</h2>
    <p class="hint">${hint}</p>
    <div class="chart">${picture(chart, alt)}</div>
  </section>`
}

function picture({ light, dark }: ChartPair, alt: string): Markup {
  return html`<picture
    ><source media="(prefers-color-scheme: dark)" srcset="${svgUrl(dark)}" />
    <img src="${svgUrl(light)}" alt="${alt}"
  /></picture>`
}

function pixels(png: Buffer, alt: string): Markup {
  return html`<img class="pixels" src="data:image/png;base64,${png.toString('base64')}" alt="${alt}" />`
}

function svgUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}
