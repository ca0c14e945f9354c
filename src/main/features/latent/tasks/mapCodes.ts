import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { finiteRows, rowsOf } from '../../../engine/latent/statistics'
import { trustworthiness } from '../../../engine/latent/trustworthiness'
import { rotated, rotatedAxes, rotationOnto } from '../../../engine/projection/alignment'
import { fitLeadingPca } from '../../../engine/projection/leadingPca'
import { fitPca, projectPca } from '../../../engine/projection/pca'
import { projectUmap } from '../../../engine/projection/umap'
import type { CodesParams, MappedCodes } from './latentTasks'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import type { Projection } from '../../../../shared/api/latent'
import type { ProgressEvent } from '../../../worker/protocol'

interface Map {
  params: CodesParams & {
    projection: Projection
    /** Places of the same points before: `umap` begins from them, `pca` is turned onto them. */
    start?: Float32Array | null
  }
  result: MappedCodes
  event: ProgressEvent
}

const steps = 200
/** Points that neighbourhoods are compared on. */
const judged = 1000
const judgedNeighbors = 15

/** Codes as points. Without an axis for it a coordinate is 0. */
export async function mapCodes(
  { codes, dimensions, projection, start }: Map['params'],
  context: TaskContext<Map['event']>,
): Promise<Map['result']> {
  const sample = projection.method === 'umap' ? projection.sample : undefined
  const rows = evenly(finiteRows(codes, dimensions), sample ?? Infinity)
  const values = rowsOf(codes, dimensions, rows)
  if (rows.length === 0) throw new ExpectedError('bad-input', sentence('latent.notOneCodeThese'))
  const startOfRows = start && rowsOf(start, start.length / (codes.length / dimensions), rows)
  const isWhole = startOfRows?.every(Number.isFinite) ?? false
  const mapped = await place(values, dimensions, projection, isWhole ? startOfRows! : null, context)
  const points = scatter(mapped.points, mapped.components, rows, codes.length / dimensions)
  const even = evenly(Uint32Array.from(rows.keys()), judged)
  const trusted =
    even.length > 2 * judgedNeighbors
      ? trustworthiness(
          rowsOf(values, dimensions, even),
          dimensions,
          rowsOf(mapped.points, mapped.components, even),
          mapped.components,
          judgedNeighbors,
        )
      : null
  return { ...mapped, points, trustworthiness: trusted }
}

/** At most so many of some rows, from the first one on at equal distances. */
function evenly(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows
  return Uint32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!)
}

type Placed = Omit<MappedCodes, 'trustworthiness'>

async function place(
  values: Float32Array,
  dimensions: number,
  projection: Map['params']['projection'],
  start: Float32Array | null,
  context: TaskContext<Map['event']>,
): Promise<Placed> {
  if (projection.method === 'dims') return placeByDimensions(values, dimensions, projection.axes)
  if (projection.method === 'pca') {
    const placed = placeByPca(values, dimensions, projection.components, (share) => {
      throwIfEnding(context as TaskContext<never>)
      context.emit({ type: 'progress', done: Math.round(share * steps), total: steps })
    })
    return start?.length === placed.points.length ? turnedOnto(placed, start) : placed
  }
  const points = await projectUmap(values, dimensions, {
    ...projection,
    start,
    onProgress: (share) => context.emit({ type: 'progress', done: Math.round(share * steps), total: steps }),
    isStopped: () => context.requested() !== 'continue',
  })
  return { points, components: projection.components, explained: null, linear: null }
}

function placeByDimensions(values: Float32Array, dimensions: number, axes: readonly number[]): Placed {
  const beyond = axes.find((axis) => axis >= dimensions)
  if (beyond !== undefined)
    throw new ExpectedError(
      'bad-input',
      sentence('latent.noDimensionCodesModel', { beyond: beyond + 1, dimensions }),
    )
  const components = axes.length as 1 | 2 | 3
  const count = values.length / dimensions
  const points = new Float32Array(count * components)
  for (let row = 0; row < count; row++)
    axes.forEach((axis, c) => (points[row * components + c] = values[row * dimensions + axis]!))
  const linear = { mean: new Float32Array(dimensions), axes: new Float32Array(components * dimensions) }
  axes.forEach((axis, c) => (linear.axes[c * dimensions + axis] = 1))
  return { points, components, explained: null, linear }
}

/** All axes at once need the eigenvectors of a matrix: beyond this height and width those of the map alone are faster. */
const largestProblem = 400

function placeByPca(
  values: Float32Array,
  dimensions: number,
  components: 2 | 3,
  onProgress: (share: number) => void,
): Placed {
  const count = values.length / dimensions
  if (count === 1) {
    const linear = { mean: values.slice(), axes: new Float32Array(components * dimensions) }
    return { points: new Float32Array(components), components, explained: new Float32Array(0), linear }
  }
  const pca =
    Math.min(count, dimensions) <= largestProblem
      ? fitPca(values, dimensions, dimensions)
      : fitLeadingPca(values, dimensions, components, onProgress)
  const found = Math.min(components, pca.components)
  const narrow = projectPca({ ...pca, components: found }, values)
  const points = new Float32Array(count * components)
  for (let row = 0; row < count; row++)
    for (let c = 0; c < found; c++) points[row * components + c] = narrow[row * found + c]!
  const axes = new Float32Array(components * dimensions)
  axes.set(pca.axes.subarray(0, found * dimensions))
  const linear = { mean: Float32Array.from(pca.mean), axes }
  return { points, components, explained: Float32Array.from(pca.varianceRatio), linear }
}

/** Axes have no sign, and two of nearly the same variance no order: points keep their places as far as they can. */
function turnedOnto(placed: Placed, before: Float32Array): Placed {
  const { points, components, linear } = placed
  const rotation = rotationOnto(points, before, components)
  return {
    ...placed,
    points: rotated(points, rotation),
    linear: { mean: linear!.mean, axes: rotatedAxes(linear!.axes, rotation) },
  }
}

function scatter(places: Float32Array, components: number, rows: Uint32Array, count: number): Float32Array {
  if (rows.length === count) return places
  const all = new Float32Array(count * components).fill(NaN)
  rows.forEach((row, i) => all.set(places.subarray(i * components, (i + 1) * components), row * components))
  return all
}
