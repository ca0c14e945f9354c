import type { InputShape } from '../../../../shared/modelSpec'
import {
  type AppearanceState,
  bins,
  cells,
  cutOff,
  least,
  leastShare,
  leastVariance,
  seenSide,
  sizes,
  unseen,
} from '../appearance'
import { shrunkShape } from '../patchFeatures'
import { type OnnxMath, type SideMap, sideMap } from './onnxMath'
import { gaussianDistance } from './portableNeighbors'

/** `AppearanceScore` of images. @param image batch × height × width × channels @returns [batch] */
export function appearanceScore(
  math: OnnxMath,
  image: string,
  { gaussian, scales }: AppearanceState,
  shape: InputShape,
): string {
  const look = math.concat([
    ...seenNumbers(math, image, shape),
    ...grainNumbers(math, math.mean(image, [3]), shape),
  ])
  return gaussianDistance(math, math.div(look, math.constant([scales.length], scales)), gaussian)
}

const logOf = (math: OnnxMath, value: string) => math.log(math.add(value, least))
const column = (math: OnnxMath, value: string) => math.reshape(value, [1])

/** What is told from the image at 64 × 64 pixels, each batch × some numbers. */
function seenNumbers(math: OnnxMath, image: string, { width, height, channels }: InputShape): string[] {
  const [columns, rows] = [Math.min(seenSide, width), Math.min(seenSide, height)]
  const middles = (count: number, length: number) =>
    Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count))
  const seen = math.gather(math.gather(image, middles(rows, height), 1), middles(columns, width), 2)
  const grey = math.mean(seen, [3])
  const saturation = math.sub(math.largest(seen, [3]), math.smallest(seen, [3]))
  const means = math.mean(seen, [1, 2])
  const size = columns * rows
  const sorted = math.sorted(math.reshape(grey, [size]), size)
  const quantiles = [0.05, 0.5, 0.95].map((share) => Math.min(size - 1, Math.floor(share * size)))
  const log = (value: string) => column(math, logOf(math, value))
  return [
    channels === 3 ? means : math.concat([means, means, means]),
    log(math.spread(grey, [1, 2])),
    log(math.mean(saturation, [1, 2])),
    log(math.spread(saturation, [1, 2])),
    math.gather(sorted, quantiles, 1),
    ...stepNumbers(math, grey, columns, rows),
    log(detail(math, grey, columns, rows)),
    log(math.spread(math.sides(grey, cellMeans(rows), cellMeans(columns)), [1, 2])),
    ...shareAndEntropy(math, grey, columns, rows),
    evenness(math, grey, columns, rows),
    column(math, channels === 3 ? secondColor(math, seen) : noColor(math, grey)),
    column(math, cutOffShare(math, grey)),
  ]
}

/** From each pixel to those right of it and below, sorted. */
function steps(math: OnnxMath, grey: string, width: number, height: number): string {
  const inner = math.slice(math.slice(grey, 1, 0, height - 1), 2, 0, width - 1)
  const right = math.slice(math.slice(grey, 1, 0, height - 1), 2, 1, width)
  const below = math.slice(math.slice(grey, 1, 1, height), 2, 0, width - 1)
  const squares = math.add(math.square(math.sub(right, inner)), math.square(math.sub(below, inner)))
  return math.reshape(math.sqrt(squares), [(width - 1) * (height - 1)])
}

function stepNumbers(math: OnnxMath, grey: string, width: number, height: number): string[] {
  const count = (width - 1) * (height - 1)
  const all = steps(math, grey, width, height)
  const sorted = math.sorted(all, count)
  const places = [count >> 1, Math.floor(0.95 * (count - 1))]
  return [column(math, logOf(math, math.mean(all, [1]))), logOf(math, math.gather(sorted, places, 1))]
}

function shareAndEntropy(math: OnnxMath, grey: string, width: number, height: number): string[] {
  const isFlat = math.node('Less', [steps(math, grey, width, height), unseen])
  const share = math.mean(math.node('Cast', [isFlat], { to: 1 }), [1])
  const bin = math.min(math.max(math.node('Floor', [math.mul(grey, bins)]), 0), bins - 1)
  const numbers = math.constant(
    [bins],
    Float32Array.from({ length: bins }, (_, i) => i),
  )
  const isIn = math.node('Equal', [math.reshape(bin, [width * height, 1]), numbers])
  const shares = math.mean(math.node('Cast', [isIn], { to: 1 }), [1])
  const terms = math.mul(shares, math.log(math.max(shares, 1e-30)))
  const entropy = math.node('Neg', [math.sum(terms, [1])])
  return [column(math, share), column(math, entropy)]
}

function evenness(math: OnnxMath, grey: string, width: number, height: number): string {
  const [columns, rows] = [width - 1, height - 1]
  const map = math.reshape(steps(math, grey, width, height), [rows, columns])
  const detail = math.sides(map, cellMeans(rows), cellMeans(columns))
  const [spread, mean] = [math.spread(detail, [1, 2]), math.mean(detail, [1, 2])]
  return column(math, math.log(math.div(math.add(spread, least), math.add(mean, least))))
}

/** @param seen batch × height × width × 3 */
function secondColor(math: OnnxMath, seen: string): string {
  const [red, green, blue] = [0, 1, 2].map((c) => math.gather(seen, [c], 3))
  const axes = [1, 2, 3]
  const centered = (hue: string) => math.sub(hue, math.node('ReduceMean', [hue], { axes, keepdims: 1 }))
  const a = centered(math.sub(red!, green!))
  const b = centered(math.sub(math.div(math.add(red!, green!), 2), blue!))
  const [varianceA, varianceB] = [math.mean(math.square(a), axes), math.mean(math.square(b), axes)]
  const covariance = math.mean(math.mul(a, b), axes)
  const half = math.div(math.sub(varianceA, varianceB), 2)
  const root = math.sqrt(math.add(math.square(half), math.square(covariance)))
  const second = math.sub(math.div(math.add(varianceA, varianceB), 2), root)
  return math.div(math.log(math.add(math.max(second, 0), leastVariance)), 2)
}

/** What `secondColor` says of images in grey, for each of the batch. */
const noColor = (math: OnnxMath, grey: string) =>
  math.add(math.mul(math.mean(grey, [1, 2]), 0), Math.log(leastVariance) / 2)

function cutOffShare(math: OnnxMath, grey: string): string {
  const isIn = math.node('Or', [math.node('Less', [grey, cutOff]), math.node('Greater', [grey, 1 - cutOff])])
  return math.log(math.add(math.mean(math.node('Cast', [isIn], { to: 1 }), [1, 2]), leastShare))
}

/** Mean difference from the four neighbours. */
function detail(math: OnnxMath, grey: string, width: number, height: number): string {
  if (width < 3 || height < 3) return math.mul(math.mean(grey, [1, 2]), 0)
  const part = (top: number, left: number) =>
    math.slice(math.slice(grey, 1, top, height - 2 + top), 2, left, width - 2 + left)
  const around = [part(1, 0), part(1, 2), part(0, 1), part(2, 1)].reduce((a, b) => math.add(a, b))
  return math.mean(math.abs(math.sub(math.mul(part(1, 1), 4), around)), [1, 2])
}

/** At three sizes how much detail there is, and how much more of it goes across than down. */
function grainNumbers(math: OnnxMath, grey: string, shape: InputShape): string[] {
  const out: string[] = []
  let seen = grey
  let { width, height }: InputShape = shape
  for (let k = 0; k < sizes; k++) {
    out.push(column(math, logOf(math, detail(math, seen, width, height))))
    const inner = math.slice(math.slice(seen, 1, 0, height - 1), 2, 0, width - 1)
    const right = math.slice(math.slice(seen, 1, 0, height - 1), 2, 1, width)
    const below = math.slice(math.slice(seen, 1, 1, height), 2, 0, width - 1)
    const mean = (other: string) => math.mean(math.abs(math.sub(other, inner)), [1, 2])
    const ratio = math.div(math.add(mean(right), least), math.add(mean(below), least))
    out.push(column(math, math.log(ratio)))
    const shrunk = math.shrink(math.reshape(seen, [1, height, width]), 2)
    ;({ width, height } = shrunkShape({ width, height, channels: 1 }, 2))
    seen = math.reshape(shrunk, [height, width])
  }
  return out
}

function cellMeans(side: number): SideMap {
  const cellOf = (at: number) => Math.floor((at * cells) / side)
  const counts = new Float32Array(cells)
  for (let at = 0; at < side; at++) counts[cellOf(at)]!++
  return sideMap(cells, side, (cell, at) => (cellOf(at) === cell ? 1 / counts[cell]! : 0))
}
