import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { sub } from '../graph/ops/arithmetic'
import { matmul } from '../graph/ops/matmul'
import { placeholder } from '../graph/ops/placeholder'
import type { Program } from '../graph/program'
import { BATCH, type TensorData } from '../graph/tensor'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import { randomStream } from '../training/random'
import { orthonormal } from './leadingAxes'

/** Beyond as many values an image the products of images with each other are taken, not the covariance. */
const largestCovariance = 4096
/** Rows of a product in one call, in values. */
const valuesPerCall = 8e6
/** Rounds of subspace iteration: what is lost then is some thousandths of the variance that could be kept. */
const rounds = 4
/** Vectors that are made orthonormal at once. */
const blockSize = 64

/**
 * What PCA of some images keeps of others: projections onto the subspace of the leading principal components, found by
 * subspace iteration (Halko, Martinsson, Tropp 2011, section 4.5). Products of matrices run on the runtime, so 10,000 images
 * take about a second; the components themselves are not told apart, for what they keep together is the same.
 */
export class PrincipalSubspace {
  private constructor(
    private readonly products: CompiledProgram,
    /** The mean image. */
    readonly mean: Float32Array,
    /** components × dimensions: rows that span the subspace, not orthonormal */
    private readonly axes: TensorData,
    /** Of the products of the rows with each other. */
    private readonly factor: CholeskyDecomposition,
  ) {}

  /** @param images count × dimensions; overwritten. @param components fewer than there are images */
  static async fit(
    runtime: Runtime,
    device: string,
    images: Float32Array,
    dimensions: number,
    components: number,
  ): Promise<PrincipalSubspace> {
    const count = images.length / dimensions
    const mean = centre(images, dimensions)
    const byImages = dimensions > Math.min(count, largestCovariance)
    const size = byImages ? count : dimensions
    const shape = { count, dimensions, size, components }
    const products = await runtime.compile(productProgram(shape), device)
    try {
      const symmetric = await (byImages ? gram : covariance)(products, images, shape)
      let basis = randomRows(components, size)
      for (let round = 0; round < rounds; round++) {
        const turned = await products.run('turn', {
          basis: matrix(basis, size),
          symmetric: matrix(symmetric, size),
        })
        basis = await orthonormalRows(products, turned.y!.data as Float32Array, size)
      }
      // An eigenvector u of XXᵀ stands for the axis Xᵀu.
      const axes = byImages ? await combined(products, basis, images, shape) : basis
      const { y } = await products.run('squared', { axes: matrix(axes, dimensions) })
      const factor = new CholeskyDecomposition(regular(y!.data as Float32Array, components))
      return new PrincipalSubspace(products, mean, matrix(axes, dimensions), factor)
    } catch (error) {
      await products.dispose()
      throw error
    }
  }

  /** @param images count × dimensions. @returns what the components keep of each */
  async restore(images: Float32Array): Promise<Float32Array> {
    const { mean, axes, products, factor } = this
    const dimensions = mean.length
    const out = new Float32Array(images.length)
    for (const [from, x] of stretches(images, dimensions)) {
      const centred = x.map((value, i) => value - mean[i % dimensions]!)
      const projected = await products.run('project', { x: matrix(centred, dimensions), axes })
      const [rows, columns] = projected.y!.shape as [number, number]
      const inner = Matrix.from1DArray(rows, columns, projected.y!.data as Float32Array)
      const codes = Float32Array.from(factor.solve(inner.transpose()).transpose().to1DArray())
      const { y } = await products.run('restore', { codes: matrix(codes, columns), axes })
      const kept = y!.data as Float32Array
      for (let i = 0; i < kept.length; i++) out[from + i] = kept[i]! + mean[i % dimensions]!
    }
    return out
  }

  dispose(): Promise<void> {
    return this.products.dispose()
  }
}

/** A row of zeros, where the images span less than was asked for, must not end the factorization. */
function regular(products: Float32Array, size: number): Matrix {
  const square = Matrix.from1DArray(size, size, products)
  const largest = square.diagonal().reduce((a, b) => Math.max(a, b), 0) || 1
  for (let i = 0; i < size; i++) {
    square.set(i, i, square.get(i, i) + 1e-6 * largest)
    for (let j = 0; j < i; j++) square.set(i, j, square.get(j, i))
  }
  return square
}

async function combined(
  products: CompiledProgram,
  basis: Float32Array,
  images: Float32Array,
  { size, dimensions }: Sizes,
): Promise<Float32Array> {
  const { y } = await products.run('combine', { basis: matrix(basis, size), x: matrix(images, dimensions) })
  return scaledRows(y!.data as Float32Array, dimensions)
}

interface Sizes {
  readonly count: number
  readonly dimensions: number
  readonly size: number
  readonly components: number
}

const matrix = (data: Float32Array, columns: number): TensorData => ({
  shape: [data.length / columns, columns],
  data,
})

function productProgram({ count, dimensions, size, components }: Sizes): Program {
  const x = placeholder('x', [BATCH, dimensions])
  const all = placeholder('all', [count, dimensions])
  const symmetric = placeholder('symmetric', [size, size])
  const basis = placeholder('basis', [components, size])
  const axes = placeholder('axes', [components, dimensions])
  const codes = placeholder('codes', [BATCH, components])
  const whole = placeholder('x', [size, dimensions])
  const withoutRows = (columns: number) => {
    const block = placeholder('block', [BATCH, columns])
    const rows = placeholder('rows', [components, columns])
    return sub(block, matmul(matmul(block, rows, false, true), rows))
  }
  return {
    variables: [],
    functions: [
      { name: 'covariance', outputs: { y: matmul(x, x, true, false) } },
      { name: 'gram', outputs: { y: matmul(x, all, false, true) } },
      { name: 'turn', outputs: { y: matmul(basis, symmetric) } },
      ...(size === count ? [{ name: 'combine', outputs: { y: matmul(basis, whole) } }] : []),
      { name: 'squared', outputs: { y: matmul(axes, axes, false, true) } },
      { name: 'project', outputs: { y: matmul(x, axes, false, true) } },
      { name: 'restore', outputs: { y: matmul(codes, axes) } },
      { name: 'deflate', outputs: { y: withoutRows(size) } },
    ],
  }
}

async function covariance(
  products: CompiledProgram,
  images: Float32Array,
  { dimensions }: Sizes,
): Promise<Float32Array> {
  const sum = new Float32Array(dimensions * dimensions)
  for (const [, x] of stretches(images, dimensions)) {
    const { y } = await products.run('covariance', { x: matrix(x, dimensions) })
    const part = y!.data as Float32Array
    for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!
  }
  return sum
}

async function gram(
  products: CompiledProgram,
  images: Float32Array,
  { dimensions, count }: Sizes,
): Promise<Float32Array> {
  const out = new Float32Array(count * count)
  const all = matrix(images, dimensions)
  for (const [from, x] of stretches(images, dimensions)) {
    const { y } = await products.run('gram', { x: matrix(x, dimensions), all })
    out.set(y!.data as Float32Array, (from / dimensions) * count)
  }
  return out
}

/** Gram-Schmidt in blocks: what earlier blocks hold is taken out on the runtime. Rows that vanish become zero. */
async function orthonormalRows(
  products: CompiledProgram,
  rows: Float32Array,
  columns: number,
): Promise<Float32Array> {
  const found = new Float32Array(rows.length)
  const perBlock = blockSize * columns
  for (let from = 0; from < rows.length; from += perBlock) {
    let block = scaledRows(rows.subarray(from, from + perBlock), columns)
    if (from > 0) {
      const feeds = { block: matrix(block, columns), rows: matrix(found, columns) }
      block = (await products.run('deflate', feeds)).y!.data as Float32Array
    }
    const vectors = Array.from({ length: block.length / columns }, (_, i) =>
      block.slice(i * columns, (i + 1) * columns),
    )
    orthonormal(vectors).forEach((vector, i) => found.set(vector, from + i * columns))
  }
  return found
}

function scaledRows(rows: Float32Array, columns: number): Float32Array {
  const out = rows.slice()
  for (let at = 0; at < out.length; at += columns) {
    let squares = 0
    for (let i = at; i < at + columns; i++) squares += out[i]! ** 2
    const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0
    for (let i = at; i < at + columns; i++) out[i]! *= factor
  }
  return out
}

/** Takes the mean off each row. @returns the mean */
function centre(images: Float32Array, dimensions: number): Float32Array {
  const sums = new Float64Array(dimensions)
  for (let at = 0; at < images.length; at += dimensions)
    for (let i = 0; i < dimensions; i++) sums[i]! += images[at + i]!
  const mean = Float32Array.from(sums, (sum) => (sum * dimensions) / images.length)
  for (let at = 0; at < images.length; at += dimensions)
    for (let i = 0; i < dimensions; i++) images[at + i]! -= mean[i]!
  return mean
}

/** Rows in stretches that one call takes, with the place of their first value. */
function* stretches(values: Float32Array, columns: number): Generator<[number, Float32Array]> {
  const step = Math.max(1, Math.floor(valuesPerCall / columns)) * columns
  for (let from = 0; from < values.length; from += step) yield [from, values.subarray(from, from + step)]
}

function randomRows(rows: number, columns: number): Float32Array {
  const random = randomStream(1)
  return new Float32Array(rows * columns).map(() => random.normal())
}
