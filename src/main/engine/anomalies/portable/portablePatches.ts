import type { InputShape } from '../../../../shared/modelSpec'
import { gaussianTaps } from '../errorMaps'
import { between, patchSide, patchSize, shrunkShape } from '../patchFeatures'
import { leastDistance, quietSigma, type ScaleState, type Usual } from '../patchScale'
import { smoothSigma } from '../patchSurprise'
import { type OnnxMath, sideMap } from './onnxMath'
import { tapsMap } from './portableFeatures'
import { lessOwnSquare } from './portableNeighbors'

/** `PatchSurprise`'s maps, each batch × height × width. */
export interface PatchMaps {
  readonly texture: string
  readonly pieces: string
  readonly quiet: string
}

/** @param image batch × height × width × channels */
export function patchMaps(
  math: OnnxMath,
  image: string,
  scales: readonly ScaleState[],
  shape: InputShape,
): PatchMaps {
  const planes = math.transpose(image, [0, 3, 1, 2])
  const sums: { texture?: string; pieces?: string; quiet?: string } = {}
  for (const scale of scales) {
    const small = shrunkShape(shape, scale.factor)
    const center = math.constant([1, shape.channels, 1, 1], scale.center)
    const padded = mirrored(math, math.sub(math.shrink(planes, scale.factor), center))
    const { pace } = scale.pieces
    const distances = distancesMap(math, padded, scale, small)
    const maps = [
      ['texture', inRelation(math, distances, scale.usual), 1, math.add],
      ['pieces', piecesMap(math, padded, scale, small), pace, math.add],
      ['quiet', quietMap(math, distances, scale, small), 1, math.max],
    ] as const
    for (const [name, map, step, join] of maps) {
      const large = enlarged(math, map, shrunkShape(small, step), scale.factor * step, shape)
      sums[name] = sums[name] === undefined ? large : join(sums[name], large)
    }
  }
  const smooth = gaussianTaps(smoothSigma)
  const mean = (sum: string) =>
    math.sides(math.div(sum, scales.length), tapsMap(smooth, shape.height), tapsMap(smooth, shape.width))
  return { texture: mean(sums.texture!), pieces: mean(sums.pieces!), quiet: sums.quiet! }
}

/** `heatOf` of them. */
export const heatMap = (math: OnnxMath, { texture, pieces, quiet }: PatchMaps): string =>
  math.max(math.div(math.add(texture, pieces), 2), quiet)

const inRelation = (math: OnnxMath, value: string, { mean, spread }: Usual) =>
  math.div(math.sub(value, mean), spread)

const half = (patchSide - 1) / 2

const mirrored = (math: OnnxMath, planes: string) =>
  math.node('Pad', [planes, math.integers([0, 0, half, half, 0, 0, half, half])], { mode: 'reflect' })

function distancesMap(
  math: OnnxMath,
  padded: string,
  { whitening, offset }: ScaleState,
  shape: InputShape,
): string {
  const size = patchSize(shape)
  const kernels = kernelsOf(size, size, shape, (out, at) => whitening[at * size + out]!)
  const white = convolved(
    math,
    padded,
    kernels,
    [size, shape.channels],
    offset.map((value) => -value),
    1,
  )
  return math.sqrt(math.sum(math.square(white), [1]))
}

function quietMap(math: OnnxMath, distances: string, { quiet }: ScaleState, shape: InputShape): string {
  const taps = gaussianTaps(quietSigma)
  const calm = math.sides(
    math.log(math.max(distances, leastDistance)),
    tapsMap(taps, shape.height),
    tapsMap(taps, shape.width),
  )
  return math.mul(inRelation(math, calm, quiet), -1)
}

function piecesMap(math: OnnxMath, padded: string, { pieces }: ScaleState, shape: InputShape): string {
  const { axes, vectors, pace, usual } = pieces
  const size = patchSize(shape)
  const components = axes.length / size
  const kernels = kernelsOf(components, size, shape, (out, at) => axes[out * size + at]!)
  const { width, height } = shrunkShape(shape, pace)
  const all = convolved(
    math,
    padded,
    kernels,
    [components, shape.channels],
    new Float32Array(components),
    pace,
  )
  const places = math.slice(math.slice(all, 2, 0, height), 3, 0, width)
  const seen = math.transpose(math.reshape(places, [components, height * width]), [0, 2, 1])
  const least = math.smallest(lessOwnSquare(math, seen, vectors, components), [2])
  const squares = math.max(math.add(least, math.sum(math.square(seen), [2])), 0)
  const distances = math.reshape(math.sqrt(squares), [height, width])
  return inRelation(math, distances, usual)
}

/** Products with patches as kernels of a convolution: outs × channels × side × side. @param of a place in a patch */
function kernelsOf(
  outs: number,
  size: number,
  { channels }: InputShape,
  of: (out: number, at: number) => number,
): Float32Array {
  const area = patchSide ** 2
  return Float32Array.from({ length: outs * size }, (_, i) => {
    const [out, channel, place] = [Math.floor(i / size), Math.floor((i % size) / area), i % area]
    return of(out, place * channels + channel)
  })
}

function convolved(
  math: OnnxMath,
  planes: string,
  kernels: Float32Array,
  [outs, channels]: readonly [number, number],
  bias: Float32Array,
  pace: number,
): string {
  const weights = math.constant([outs, channels, patchSide, patchSide], kernels)
  const attributes = { kernel_shape: [patchSide, patchSide], strides: [pace, pace] }
  return math.node('Conv', [planes, weights, math.constant([outs], bias)], attributes)
}

function enlarged(math: OnnxMath, map: string, small: InputShape, factor: number, shape: InputShape): string {
  if (factor === 1) return map
  const side = (large: number, length: number) =>
    sideMap(large, length, (i, j) => {
      const [first, share] = between((i + 0.5) / factor - 0.5, length)
      const second = Math.min(length - 1, first + 1)
      return (j === first ? 1 - share : 0) + (j === second ? share : 0)
    })
  return math.sides(map, side(shape.height, small.height), side(shape.width, small.width))
}
