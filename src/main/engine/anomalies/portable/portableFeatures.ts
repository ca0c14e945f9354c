import type { InputShape } from '../../../../shared/modelSpec'
import {
  blurTaps,
  type CellWeights,
  cellWeights,
  colorGrid,
  colorWeight,
  directions,
  featureSides,
  span,
} from '../gradientFeatures'
import { type OnnxMath, type SideMap, sideMap } from './onnxMath'

/** `GradientFeatures` of images. @param image batch × height × width × channels @returns batch × size */
export function gradientFeatures(math: OnnxMath, image: string, shape: InputShape): string {
  const gradients = directionsInCells(math, seenGrey(math, image, shape), shape)
  const length = math.node('ReduceSum', [math.square(gradients), math.integers([1])], { keepdims: 1 })
  const normalized = math.div(gradients, math.add(math.sqrt(length), 1e-6))
  return shape.channels === 3 ? math.concat([normalized, meanColors(math, image, shape)]) : normalized
}

/** Brightness at the size at which images are seen, blurred: batch × height × width. */
function seenGrey(math: OnnxMath, image: string, shape: InputShape): string {
  const { width, height } = featureSides(shape)
  const grey = math.mean(image, [3])
  const seen = math.sides(grey, spanMeans(height, shape.height), spanMeans(width, shape.width))
  return math.sides(seen, blurred(height), blurred(width))
}

function directionsInCells(math: OnnxMath, grey: string, shape: InputShape): string {
  const { width, height } = featureSides(shape)
  const dx = math.sides(grey, same(height), differences(width))
  const dy = math.sides(grey, differences(height), same(width))
  const length = math.sqrt(math.add(math.square(dx), math.square(dy)))
  const isFlat = math.node('Less', [length, 1e-4])
  // Twice the angle of half of it: tan(θ/2) = dy / (length + dx). What points left is mirrored.
  const half = math.div(dy, math.node('Where', [isFlat, 1, math.add(math.abs(dx), length)]))
  const right = math.mul(math.node('Atan', [half]), 2)
  const angle = math.node('Where', [math.node('Less', [dx, 0]), math.sub(Math.PI, right), right])
  const one = [1, height, width]
  const place = math.reshape(math.mul(angle, directions / (2 * Math.PI)), one)
  const numbers = Float32Array.from({ length: directions }, (_, i) => i)
  const far = math.abs(math.sub(place, math.constant([directions, 1, 1], numbers)))
  const around = math.min(far, math.abs(math.sub(directions, far)))
  const shares = math.max(math.sub(1, around), 0)
  const weights = math.reshape(math.node('Where', [isFlat, 0, length]), one)
  const [columns, rows] = [cellWeights(width), cellWeights(height)]
  const cells = math.sides(math.mul(shares, weights), cellMap(rows, height), cellMap(columns, width))
  return math.reshape(math.transpose(cells, [0, 2, 3, 1]), [rows.cells * columns.cells * directions])
}

function meanColors(math: OnnxMath, image: string, { width, height }: InputShape): string {
  const planes = math.transpose(image, [0, 3, 1, 2])
  const parts = math.sides(planes, spanMeans(colorGrid, height), spanMeans(colorGrid, width))
  // Of r, g and b: brightness, r − g, and yellow − blue.
  const mixed = [1 / 3, 1, 0.5, 1 / 3, -1, 0.5, 1 / 3, 0, -1].map((value) => colorWeight * value)
  const colors = math.matmul(
    math.transpose(parts, [0, 2, 3, 1]),
    math.constant([3, 3], Float32Array.from(mixed)),
  )
  return math.reshape(colors, [colorGrid ** 2 * 3])
}

const same = (side: number) => sideMap(side, side, (i, j) => Number(i === j))

/** From the pixel before to the one after; 0 at the border. */
const differences = (side: number) =>
  sideMap(side, side, (i, j) => (i === 0 || i === side - 1 ? 0 : Number(j === i + 1) - Number(j === i - 1)))

function spanMeans(parts: number, length: number): SideMap {
  return sideMap(parts, length, (i, j) => {
    const [from, to] = span(i, parts, length)
    return j >= from && j < to ? 1 / (to - from) : 0
  })
}

const blurred = (side: number) => tapsMap(blurTaps, side)

/** A filter along a side, the border repeated. */
export function tapsMap(taps: readonly number[], side: number): SideMap {
  const reach = (taps.length - 1) / 2
  const map = sideMap(side, side, () => 0)
  for (let i = 0; i < side; i++)
    for (const [k, tap] of taps.entries())
      map.weights[i * side + Math.min(side - 1, Math.max(0, i + k - reach))]! += tap
  return map
}

const cellMap = ({ cells, weights }: CellWeights, side: number) =>
  sideMap(cells, side, (cell, at) => weights[at * cells + cell]!)
