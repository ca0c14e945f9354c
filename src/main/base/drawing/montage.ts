import { sharp } from '../sharp'
import type { ImageBatch } from '../../../shared/imageBatch'
import { themes } from './chartTheme'
import { html, type Markup } from './html'
import { fittingScale, imageGrid, toPng } from './imageGrid'
import { outlineTexts, textWidth } from './svgText'

export type MontageRow = { title: string; images: ImageBatch }

const margin = 24
const titleSize = 20
const rowGap = 14
const widestStrip = 1600
const tallestRow = 240

/** Rows of images, enlarged pixel by pixel, each with its title to the left, on white: a PNG. */
export async function montagePng(rows: MontageRow[]): Promise<Buffer> {
  const strips = rows.map(({ images }) => imageGrid(images, images.count, 2))
  const scale = Math.min(
    fittingScale(Math.max(...strips.map(({ width }) => width)), widestStrip),
    fittingScale(Math.max(...strips.map(({ height }) => height)), tallestRow),
  )
  const titles = Math.ceil(Math.max(...rows.map(({ title }) => textWidth(title, titleSize, 600)))) + margin
  const tops = strips.map((_, i) =>
    strips.slice(0, i).reduce((top, { height }) => top + height * scale + rowGap, margin),
  )
  const width = margin + titles + Math.max(...strips.map((strip) => strip.width)) * scale + margin
  const height = tops.at(-1)! + strips.at(-1)!.height * scale + margin
  const texts = rows.map(({ title }, i) => {
    const middle = tops[i]! + (strips[i]!.height * scale) / 2
    return html`<text
      x="${margin}"
      y="${middle}"
      dominant-baseline="central"
      fill="${themes.light.text}"
      style="font-size:${titleSize}px;font-weight:600;font-family:sans-serif"
      >${title}</text
    >`
  })
  const pngs = await Promise.all(strips.map((strip) => toPng(strip, scale)))
  const images = pngs.map((input, i) => ({ input, left: margin + titles, top: tops[i]! }))
  return sharp(svgPage(width, height, texts))
    .composite(images)
    .png()
    .toBuffer()
}

/** An SVG chart as a PNG of twice its size, sharp on dense screens. */
export function chartPng(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(outlineTexts(svg)), { density: 144 })
    .png()
    .toBuffer()
}

function svgPage(width: number, height: number, content: Markup[]): Buffer {
  const page = html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${width}" height="${height}" fill="${themes.light.surface}" />
    ${content}
  </svg>`
  return Buffer.from(outlineTexts(page.text))
}
