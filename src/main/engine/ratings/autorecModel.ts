import { type DenseLayer, type ModelSpec } from '../../../shared/modelSpec'
import { type Activation, activationFacts } from '../../../shared/activations'
import { biasOf, decoderKernel, encoderKernel } from '../models/autoencoder'
import { transposed } from '../models/weights'
import { featureCount } from './autorecProgram'
import { type Biases, biasOfRatings, biasPrediction } from './biases'
import type { Ratings, RowSide } from './ratings'
import { ridge } from './ridge'

export type MemberName = RowSide | 'linear'

/** One trained autoencoder with what it makes of each row, so that a rating is one product of two vectors. */
export interface AutorecMember {
  /** Of its files: its rows, or `linear`. */
  readonly name: MemberName
  readonly side: RowSide
  readonly spec: ModelSpec
  readonly values: Readonly<Record<string, Float32Array>>
  /** rows × featureCount: what the last layer of the decoder reads. */
  readonly features: Float32Array
  /** rows × codeSize; of a network with a single layer they are the features. */
  readonly codes: Float32Array
  /** Its share of the prediction. */
  readonly weight: number
  readonly offset: number
  /** Of the squared norm of the kernels in training, beside the mean squared error. */
  readonly penalty: number
}

/** A recommender: biases, and autoencoders of what those leave. */
export interface AutorecModel {
  readonly biases: Biases
  readonly members: readonly AutorecMember[]
  readonly range: { readonly low: number; readonly high: number }
}

/** The last layer, column by column: columns × features, and a bias each. */
export interface LastLayer {
  readonly kernel: Float32Array
  readonly bias: Float32Array
  readonly width: number
}

export function lastLayer({ spec, values }: Pick<AutorecMember, 'spec' | 'values'>): LastLayer {
  const last = spec.encoder.length - 1
  const bias = values[biasOf('decoder', last)]!
  const width = featureCount(spec)
  // A tied layer reads the first layer's kernel, which lies column by column already.
  const kernel =
    spec.tying === 'tied'
      ? values[encoderKernel(0)]!
      : transposed(values[decoderKernel(last)]!, width, bias.length)
  return { kernel, bias, width }
}

/** vector of a row · vector of a column + the column's bias */
export function memberResidual(
  features: Float32Array,
  row: number,
  layer: LastLayer,
  column: number,
): number {
  const { kernel, bias, width } = layer
  let sum = bias[column]!
  for (let f = 0, a = row * width, b = column * width; f < width; f++, a++, b++)
    sum += features[a]! * kernel[b]!
  return sum
}

/** The expected rating as a function of user and item; below 0 is unknown, and there the biases alone speak. */
export function predictor({ biases, members, range }: AutorecModel): (user: number, item: number) => number {
  const layers = members.map(lastLayer)
  return (user, item) => {
    let rating = biasPrediction(biases, user, item)
    if (user >= 0 && item >= 0)
      members.forEach(({ side, features, weight }, m) => {
        const [row, column] = side === 'items' ? [item, user] : [user, item]
        rating += biases.scale * weight * memberResidual(features, row, layers[m]!, column)
      })
    return Math.min(range.high, Math.max(range.low, rating))
  }
}

/** Somebody who was not there when the model was trained, with the items that they rated. */
export interface NewRatings {
  readonly items: readonly number[]
  readonly values: readonly number[]
}

/**
 * Expected ratings of all items for somebody new. An autoencoder of users reads their ratings as a row. For one of items they
 * are a column that it has not got: that one is fitted to their ratings as training would, by ridge regression on the items'
 * vectors.
 *
 * @param known how many ratings the model was trained on
 */
export function predictForNew(model: AutorecModel, rated: NewRatings, known: number): Float32Array {
  const { biases, members, range } = model
  const userBias = biasOfRatings(biases, rated.items, rated.values)
  const base = (item: number) => biases.mean + userBias + biases.items[item]!
  const ratings = Float32Array.from(biases.items, (_, item) => base(item))
  const rest = rated.values.map((value, k) => (value - base(rated.items[k]!)) / biases.scale)
  for (const member of members) {
    const layer = lastLayer(member)
    const residual =
      member.side === 'users'
        ? rowResiduals(member, layer, rated.items, rest)
        : columnResiduals(member, layer, rated.items, rest, known)
    for (let item = 0; item < ratings.length; item++)
      ratings[item]! += biases.scale * member.weight * residual(item)
  }
  return ratings.map((rating) => Math.min(range.high, Math.max(range.low, rating)))
}

function rowResiduals(
  member: AutorecMember,
  layer: LastLayer,
  items: readonly number[],
  rest: readonly number[],
) {
  const input = rest.map((value) => value + member.offset)
  const features = rowFeatures(member, items, input)
  return (item: number) => memberResidual(features, 0, layer, item)
}

function columnResiduals(
  { features, penalty }: AutorecMember,
  { width, kernel, bias }: LastLayer,
  items: readonly number[],
  rest: readonly number[],
  known: number,
) {
  // The mean column is the best guess of one that nothing is known of.
  const middle = bias.reduce((sum, value) => sum + value, 0) / Math.max(1, bias.length)
  const column = meanRow(kernel, width)
  const rows = items.map((item) => features.subarray(item * width, (item + 1) * width))
  const dot = (row: Float32Array) => row.reduce((sum, value, f) => sum + value * column[f]!, 0)
  const change = ridge(
    rows,
    rest.map((value, k) => value - middle - dot(rows[k]!)),
    Math.max(penalty * known, 1e-3),
  )
  change.forEach((value, f) => (column[f]! += value))
  return (item: number) => {
    let sum = middle
    for (let f = 0, at = item * width; f < width; f++, at++) sum += features[at]! * column[f]!
    return sum
  }
}

function meanRow(matrix: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width)
  const rows = Math.max(1, matrix.length / width)
  matrix.forEach((value, at) => (mean[at % width]! += value / rows))
  return mean
}

/** What the last layer reads of one sparse row: the network without its last layer, once. */
export function rowFeatures(
  { spec, values }: Pick<AutorecMember, 'spec' | 'values'>,
  columns: readonly number[],
  input: readonly number[],
): Float32Array {
  const first = values[encoderKernel(0)]!
  const width = featureCount(spec)
  let h: Float32Array = Float32Array.from(values[biasOf('encoder', 0)]!)
  columns.forEach((column, k) => {
    for (let f = 0; f < width; f++) h[f]! += input[k]! * first[column * width + f]!
  })
  h = activated(h, activationAt(spec, 0))
  const depth = spec.encoder.length
  for (let layer = 1; layer < depth; layer++)
    h = activated(
      dense(h, values[encoderKernel(layer)]!, values[biasOf('encoder', layer)]!),
      activationAt(spec, layer),
    )
  for (let layer = depth - 1; layer > 0; layer--) {
    const bias = values[biasOf('decoder', depth - 1 - layer)]!
    const kernel =
      spec.tying === 'tied'
        ? transposed(values[encoderKernel(layer)]!, bias.length, h.length)
        : values[decoderKernel(depth - 1 - layer)]!
    h = activated(dense(h, kernel, bias), activationAt(spec, layer - 1))
  }
  return h
}

const activationAt = (spec: ModelSpec, layer: number): Activation =>
  (spec.encoder[layer] as DenseLayer).activation

/** x·W + b */
function dense(x: Float32Array, kernel: Float32Array, bias: Float32Array): Float32Array {
  const result = Float32Array.from(bias)
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < bias.length; j++) result[j]! += x[i]! * kernel[i * bias.length + j]!
  return result
}

const activated = (x: Float32Array, activation: Activation): Float32Array =>
  x.map((value) => activationFacts[activation].compute(value))

/**
 * Shares of the members that fit held-out ratings best: least squares, drawn a little to equal shares.
 *
 * @param residuals of each member for each held-out rating, as they are @param rest what the biases leave of those ratings
 */
export function blendWeights(residuals: readonly Float32Array[], rest: Float32Array): number[] {
  if (residuals.length === 0) return []
  const equal = 1 / residuals.length
  const middle = rest.map((value, k) => value - equal * residuals.reduce((sum, one) => sum + one[k]!, 0))
  const rows = Array.from({ length: rest.length }, (_, k) => Float32Array.from(residuals, (one) => one[k]!))
  const change = ridge(rows, [...middle], 0.02 * rest.length)
  return residuals.map((_, m) => equal + change[m]!)
}

/** The nearest rows to one by the cosine of their codes, without itself. */
export function nearestRows(
  codes: Float32Array,
  width: number,
  row: number,
  count: number,
): { row: number; similarity: number }[] {
  const rows = codes.length / width
  const mean = new Float64Array(width)
  for (let at = 0; at < codes.length; at++) mean[at % width]! += codes[at]! / rows
  const centred = (r: number, f: number) => codes[r * width + f]! - mean[f]!
  const similarity = (other: number) => {
    let [dot, own, theirs] = [0, 0, 0]
    for (let f = 0; f < width; f++) {
      const [a, b] = [centred(row, f), centred(other, f)]
      dot += a * b
      own += a * a
      theirs += b * b
    }
    return dot / Math.sqrt(Math.max(own * theirs, Number.MIN_VALUE))
  }
  return Array.from({ length: rows }, (_, other) => ({ row: other, similarity: similarity(other) }))
    .filter((one) => one.row !== row)
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, count)
}

/** Which items somebody has rated, by user. */
export function ratedItems({ users, items, values }: Ratings, user: number): NewRatings {
  const rated: { items: number[]; values: number[] } = { items: [], values: [] }
  users.forEach((one, k) => {
    if (one !== user) return
    rated.items.push(items[k]!)
    rated.values.push(values[k]!)
  })
  return rated
}
