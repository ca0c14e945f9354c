import { sharp } from '../../base/sharp'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { type AnimationFormat, encodeAnimation, type Frame } from '../../base/drawing/animation'
import { labelColor, themes } from '../../base/drawing/chartTheme'
import { html } from '../../base/drawing/html'
import { outlineTexts } from '../../base/drawing/svgText'

/** One epoch of a map: two numbers a point. */
export interface MapOfEpoch {
  readonly epoch: number
  readonly points: Float32Array
}

const side = 480
const margin = 30
const frameMs = 120
const lastMs = 2000
const mostFrames = 80

/**
 * How the points of a map wander while a network learns. The view is one and the same for all epochs.
 * @param labels of each point, null where there is none
 * @throws ExpectedError when there are not two epochs to show
 */
export async function animateMap(
  epochs: readonly MapOfEpoch[],
  labels: readonly (string | null)[],
  format: AnimationFormat,
): Promise<Buffer> {
  if (epochs.length < 2) throw new ExpectedError('bad-input', sentence('training.animationNeedsTwoEpochs'))
  const step = Math.max(1, (epochs.length - 1) / (mostFrames - 1))
  const count = Math.min(epochs.length, mostFrames)
  const shown = Array.from({ length: count }, (_, i) => epochs[Math.round(i * step)]!)
  const place = placing(shown)
  const colours = coloursOf(labels)
  const frames: Frame[] = []
  for (const [i, { epoch, points }] of shown.entries()) {
    const svg = outlineTexts(frameSvg(epoch, points, place, colours))
    const rgb = await sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer()
    frames.push({ rgb, ms: i === shown.length - 1 ? lastMs : frameMs })
  }
  return encodeAnimation(frames, { width: side, height: side }, format)
}

function coloursOf(labels: readonly (string | null)[]): string[] {
  const names = [...new Set(labels)].filter((label) => label !== null).sort()
  return labels.map((label) =>
    label === null || names.length < 2 ? themes.light.first : labelColor(names.indexOf(label), 'light'),
  )
}

type Placing = (points: Float32Array, i: number) => readonly [number, number]

/** All points of all epochs in the picture. */
function placing(epochs: readonly MapOfEpoch[]): Placing {
  const range = (offset: number) => {
    let [low, high] = [Infinity, -Infinity]
    for (const { points } of epochs)
      for (let i = offset; i < points.length; i += 2) {
        low = Math.min(low, points[i]!)
        high = Math.max(high, points[i]!)
      }
    return { middle: (low + high) / 2, span: high - low || 1 }
  }
  const [x, y] = [range(0), range(1)]
  const scale = (side - 2 * margin) / Math.max(x.span, y.span)
  return (points, i) => [
    side / 2 + (points[2 * i]! - x.middle) * scale,
    side / 2 + (points[2 * i + 1]! - y.middle) * scale,
  ]
}

function frameSvg(epoch: number, points: Float32Array, place: Placing, colours: readonly string[]): string {
  const dots = colours.map((colour, i) => {
    const [x, y] = place(points, i)
    return html`<circle
      cx="${x.toFixed(1)}"
      cy="${y.toFixed(1)}"
      r="3.5"
      fill="${colour}"
      fill-opacity="0.85"
    />`
  })
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">
    <rect width="${side}" height="${side}" fill="${themes.light.surface}" />
    ${dots}
    <text
      x="12"
      y="18"
      dominant-baseline="central"
      fill="${themes.light.text}"
      style="font-size:15px;font-weight:600"
    >
      ${`Epoch ${epoch}`}
    </text>
  </svg>`.text
}
