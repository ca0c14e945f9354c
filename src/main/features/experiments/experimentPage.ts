import type { Curve, ExperimentResults, ExperimentRow, Figure, PcaFigures } from '../../../shared/experiment'
import { verdictOf, verdictText } from '../../../shared/experimentVerdict'
import { variantName } from '../../../shared/experimentWords'
import { filled, type Language, type Texts, textsIn } from '../../../shared/texts'
import { html, type Markup } from '../../base/drawing/html'
import { standalonePage } from '../../base/drawing/standalonePage'
import { bandChart, type ChartPair, type NamedCurve, spectrumChart, variantColor } from './experimentCharts'
import type { ExperimentPictures } from './experimentPictures'
import { experimentStyle } from './experimentStyle'

/** What the parts of a page are made from. */
interface Page {
  readonly results: ExperimentResults
  readonly pictures: ExperimentPictures
  readonly words: Texts['experimentPage']
  readonly language: Language
  readonly nameOf: (variant: string) => string
}

/**
 * The whole experiment as one page that needs nothing else: pictures are embedded, and a policy forbids the browser to load
 * anything or to run a script.
 */
export function experimentPage(
  results: ExperimentResults,
  pictures: ExperimentPictures,
  language: Language,
): string {
  const words = textsIn(language).experimentPage
  const nameOf = (variant: string) => variantName(variant, results.vary.what, language)
  const page: Page = { results, pictures, words, language, nameOf }
  const title = filled(words.titleOf, { name: results.dataset.name, what: words.what[results.vary.what] })
  return standalonePage(
    { title, style: experimentStyle, language },
    html`<header>
        <p class="kicker">${words.kicker}</p>
        <h1>${title}</h1>
        <p>${settingText(page)}</p>
      </header>
      ${verdictCard(page)} ${tableCard(page)} ${legend(page)} ${curveCards(page)} ${layerCards(page)}
      ${reconstructionCard(page)} ${filterCard(page)} ${whyCard(page)} ${layerTable(page)}
      <footer>${words.footer}</footer>`,
  )
}

const count = (value: number, language: Language) => Math.round(value).toLocaleString(language)

function settingText({ results, words, language }: Page): string {
  const { dataset, layers, epochs, batchSize, learningRate, seeds } = results
  const { width, height } = dataset
  return filled(words.setting, {
    images: count(dataset.images, language),
    heldOut: count(dataset.heldOut, language),
    size: `${width} × ${height}`,
    layers,
    epochs: count(epochs, language),
    batch: String(batchSize),
    rate: learningRate.toLocaleString(language, { maximumSignificantDigits: 6 }),
    seeds: seeds.length === 1 ? words.oneSeed : filled(words.seeds, { n: String(seeds.length) }),
  })
}

function verdictCard({ results, words, language }: Page): Markup {
  return html`<section class="card verdict">
    <h2>${words.verdict}</h2>
    ${verdictText(verdictOf(results), results.vary.what, language).map((sentence) => html`<p>${sentence}</p>`)}
  </section>`
}

function plusMinus({ mean, spread }: Figure, digits: number, language: Language): string {
  const number = (value: number) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return spread === null ? number(mean) : `${number(mean)} ± ${number(spread)}`
}

function tableCard(page: Page): Markup {
  const { results, words } = page
  const heads = ['variant', 'parameters', 'file', 'mse', 'psnr', 'time', 'difference'] as const
  return html`<section class="card">
    <h2>${words.table}</h2>
    <p class="hint">${words.tableHint}</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${heads.map((key) => html`<th scope="col">${words[key]}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${results.rows.map((row) => tableRow(row, page))} ${results.pca.map((pca) => pcaRow(pca, page))}
        </tbody>
      </table>
    </div>
  </section>`
}

function tableRow(row: ExperimentRow, { words, language, nameOf }: Page): Markup {
  const megabytes = (row.bytes / 1e6).toLocaleString(language, { maximumSignificantDigits: 3 })
  const seconds = {
    ...row.trainMs,
    mean: row.trainMs.mean / 1000,
    spread: row.trainMs.spread && row.trainMs.spread / 1000,
  }
  return html`<tr>
    <th scope="row">
      ${nameOf(row.variant)}${row.unstable ? html`<small> (${words.unstable})</small>` : null}
    </th>
    <td>${count(row.parameters, language)}</td>
    <td>${megabytes} MB</td>
    <td>${plusMinus(row.mse, 4, language)}<small>(${plusMinus(row.best.mse, 4, language)})</small></td>
    <td>${plusMinus(row.psnr, 2, language)} dB<small>(${plusMinus(row.best.psnr, 2, language)})</small></td>
    <td>${plusMinus(seconds, 1, language)} s</td>
    <td>${differenceCell(row, words, language)}</td>
  </tr>`
}

function differenceCell(
  { difference }: ExperimentRow,
  words: Texts['experimentPage'],
  language: Language,
): Markup | string {
  if (!difference) return '–'
  const { psnr, exceeds } = difference
  const text = `${psnr.mean >= 0 ? '+' : '−'}${plusMinus({ ...psnr, mean: Math.abs(psnr.mean) }, 2, language)} dB`
  const note = exceeds === null ? words.single : exceeds ? words.beyond : words.chance
  return html`${text}<small>${note}</small>`
}

function pcaRow({ components, mse, psnr }: PcaFigures, { words, language }: Page): Markup {
  return html`<tr>
    <th scope="row">${filled(words.pca, { n: String(components) })}</th>
    <td>–</td>
    <td>–</td>
    <td>${plusMinus(mse, 4, language)}</td>
    <td>${plusMinus(psnr, 2, language)} dB</td>
    <td>–</td>
    <td>–</td>
  </tr>`
}

function legend({ results, nameOf }: Page): Markup {
  return html`<ul class="legend">
    ${results.vary.values.map(
      (variant, i) =>
        html`<li>
          <span class="key light" style="background:${variantColor(i, 'light')}"></span
          ><span class="key dark" style="background:${variantColor(i, 'dark')}"></span>${nameOf(variant)}
        </li>`,
    )}
  </ul>`
}

/** One entry a variant in the order of their colours; null where nothing of one is there yet. */
function curvesFor(
  { results, nameOf }: Page,
  pick: (curves: ExperimentResults['curves'][number]) => Curve | undefined,
): (NamedCurve | null)[] {
  return results.vary.values.map((variant) => {
    const found = results.curves.find((curves) => curves.variant === variant)
    const curve = found && pick(found)
    return curve ? { name: nameOf(variant), curve } : null
  })
}

function curveCards(page: Page): Markup {
  const { results, words } = page
  const xName = words.epoch
  const pca = results.pca.length === 1 ? results.pca[0] : undefined
  const loss = bandChart(
    curvesFor(page, ({ loss: curve }) => curve),
    { log: true, xName },
  )
  const psnr = bandChart(
    curvesFor(page, ({ psnr: curve }) => curve),
    { xName, line: pca && { name: 'PCA', value: pca.psnr.mean } },
  )
  return html`<div class="pair">
    ${loss && chartCard(words.loss, filled(words.lossHint, { loss: results.loss }), loss)}
    ${psnr && chartCard(words.psnrTitle, words.psnrHint, psnr)}
  </div>`
}

function layerCards(page: Page): Markup[] {
  const { results, words, nameOf } = page
  const layers = Math.max(0, ...results.curves.map(({ kernels }) => kernels.length))
  return Array.from({ length: layers }, (_, layer) => {
    const n = { n: String(layer + 1) }
    const curves = (key: 'fromOrthonormal' | 'fromPseudoInverse') =>
      bandChart(
        curvesFor(page, (variant) => variant[key][layer]),
        { log: true, xName: words.epoch },
      )
    const [orthonormal, inverse] = [curves('fromOrthonormal'), curves('fromPseudoInverse')]
    const spectra = results.vary.values.map((variant) => {
      const kernel = results.curves.find((own) => own.variant === variant)?.kernels[layer]
      return kernel ? { name: nameOf(variant), singular: kernel.singular } : null
    })
    const spectrum = spectrumChart(spectra, words.number)
    return html`<div class="pair">
      ${orthonormal && chartCard(filled(words.orthonormal, n), words.orthonormalHint, orthonormal)}
      ${inverse && chartCard(filled(words.inverse, n), words.inverseHint, inverse)}
      ${spectrum && chartCard(filled(words.spectrum, n), words.spectrumHint, spectrum)}
    </div>`
  })
}

function reconstructionCard({ pictures, words, nameOf }: Page): Markup | null {
  if (!pictures.originals) return null
  return html`<section class="card">
    <h2>${words.pictures}</h2>
    <p class="hint">${filled(words.picturesHint, { factor: String(pictures.factor) })}</p>
    <div class="strips">
      <figure class="wide">
        <figcaption>${words.original}</figcaption>
        ${pixels(pictures.originals, words.original)}
      </figure>
      ${pictures.variants.map(({ variant, reconstructions, differences }) => [
        figure(nameOf(variant), reconstructions),
        figure(`× ${pictures.factor}`, differences),
      ])}
    </div>
  </section>`
}

function filterCard({ pictures, words, nameOf }: Page): Markup | null {
  if (pictures.variants.every(({ filters }) => filters === null)) return null
  return html`<section class="card">
    <h2>${words.filters}</h2>
    <p class="hint">${words.filtersHint}</p>
    <div class="sheets">
      ${pictures.variants.map(({ variant, filters }) => figure(nameOf(variant), filters))}
    </div>
  </section>`
}

function whyCard({ results, words, nameOf, language }: Page): Markup | null {
  if (results.vary.what !== 'tying') return null
  const figures = results.curves.flatMap(({ variant, kernels: [first] }) =>
    first
      ? [
          `${first.fromOrthonormal.toLocaleString(language, { maximumSignificantDigits: 3 })} (${nameOf(variant)})`,
        ]
      : [],
  )
  const isCopied = results.rows.some(({ variant }) => /copied|pseudo/.test(variant))
  return html`<section class="card">
    <h2>${words.why}</h2>
    <p>
      ${words.whyTransposed}
      ${figures.length > 0 ? filled(words.whyFound, { figures: figures.join(', ') }) : ''}
    </p>
    <p>${words.whyNonlinear}</p>
    ${isCopied ? html`<p>${words.whyCopied}</p>` : null}
    <p>${words.whyBiases}</p>
  </section>`
}

function layerTable({ results, words, nameOf, language }: Page): Markup | null {
  if (results.curves.every(({ kernels }) => kernels.length === 0)) return null
  const number = (value: number) => value.toLocaleString(language, { maximumSignificantDigits: 4 })
  const heads = [words.variant, words.layer, '‖WᵀW − I‖', '‖Wᵀ − W⁺‖', words.decoder]
  const lines = results.curves.flatMap(({ variant, kernels }) =>
    kernels.map(
      (kernel, layer) =>
        html`<tr>
          <th scope="row">${nameOf(variant)}</th>
          <td>${layer + 1}: ${kernel.rows} × ${kernel.columns}</td>
          <td>${number(kernel.fromOrthonormal)}</td>
          <td>${number(kernel.fromPseudoInverse)}</td>
          <td>${number(kernel.decoderFromTranspose)}</td>
        </tr>`,
    ),
  )
  return html`<details class="card">
    <summary>${words.settings}</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${heads.map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>
  </details>`
}

function chartCard(title: string, hint: string, { light, dark }: ChartPair): Markup {
  return html`<section class="card">
    <h2>${title}</h2>
    <p class="hint">${hint}</p>
    <picture
      ><source media="(prefers-color-scheme: dark)" srcset="${svgUrl(dark)}" />
      <img src="${svgUrl(light)}" alt="${title}"
    /></picture>
  </section>`
}

function figure(caption: string, png: Buffer | null): Markup | null {
  if (!png) return null
  return html`<figure>
    <figcaption>${caption}</figcaption>
    ${pixels(png, caption)}
  </figure>`
}

const pixels = (png: Buffer, alt: string) =>
  html`<img class="pixels" src="data:image/png;base64,${png.toString('base64')}" alt="${alt}" />`

const svgUrl = (svg: string) => `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
