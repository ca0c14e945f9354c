import { isFullyConvolutional, layerShapes, type ModelSpec } from '../../../shared/modelSpec'
import { onnxFileOf } from '../../../shared/network'
import type { Lanes } from './lanes'
import { valuesPerPixel } from './networkReach'
import { receptiveRadius } from './receptiveRadius'

/** Larger tiles bring little, and take longer to stop. */
const largest = 768
/** Share of the free memory that tiles may take, and the most that they take. */
const memoryShare = 0.25
const mostBytes = 600e6
const bytesPerValue = 4

/** The least height and width of a tile of which something is left without its halo. */
export function smallestTile(spec: ModelSpec): number {
  const file = spec.network && onnxFileOf(spec.network)
  if (file) return file.isFixed ? file.cell : Math.ceil((2 * file.halo + 32) / file.cell) * file.cell
  if (!isFullyConvolutional(spec)) return 4 * Math.max(spec.input.height, spec.input.width)
  return 2 * receptiveRadius(spec) + 32
}

/**
 * Height and width of a tile that goes into memory.
 *
 * @param freeBytes of the memory that tiles are computed in
 */
export function tileFor(spec: ModelSpec, freeBytes: number, { lanes, batch }: Lanes): number {
  const file = spec.network && onnxFileOf(spec.network)
  if (file) return largestTile(spec)
  const bytes = Math.min(mostBytes, memoryShare * freeBytes) / (lanes * batch)
  const side = Math.floor(Math.sqrt(bytes / bytesPerPixel(spec)) / 16) * 16
  return Math.max(smallestTile(spec), Math.min(largest, side))
}

/** The largest tile that a model is given: what an ONNX file keeps meanwhile it does not say. */
export function largestTile(spec: ModelSpec): number {
  const file = spec.network && onnxFileOf(spec.network)
  if (!file) return Infinity
  return file.isFixed
    ? file.cell
    : Math.max(smallestTile(spec), Math.ceil(sideOfFiles / file.cell) * file.cell)
}

const sideOfFiles = 256

/** Of what is kept while one pixel is computed: all that skips read, or else what the widest two layers give; and copies. */
function bytesPerPixel(spec: ModelSpec): number {
  if (!isFullyConvolutional(spec)) return 16 * bytesPerValue * spec.input.channels
  const { height, width } = spec.input
  // Twice: what an operation is given may be laid out anew for it.
  if (spec.network) return 2 * bytesPerValue * valuesPerPixel(spec.network, spec.input)
  const values = layerShapes(spec).map(
    (shape) => (shape.height * shape.width * shape.channels) / (height * width),
  )
  const widest = 3 * Math.max(...values)
  const kept = spec.skips ? values.reduce((sum, value) => sum + value, 0) : 0
  return bytesPerValue * (widest + kept)
}
