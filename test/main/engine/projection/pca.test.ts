import { Matrix, SVD } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { fitLeadingPca } from '../../../../src/main/engine/projection/leadingPca'
import { fitPca, projectPca, reconstructPca } from '../../../../src/main/engine/projection/pca'

/** The same numbers in Python and here: a linear congruential generator; column i is scaled by 1 / (1 + i). */
function noise(count: number, dimensions: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: count * dimensions }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.fround(state / 2 ** 32) / (1 + (i % dimensions))
  })
}

function expectClose(actual: ArrayLike<number>, expected: number[], digits: number): void {
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, digits))
}

/** From numpy.linalg.svd of the centred data; the largest entry of each axis is positive. */
const numpy = [
  {
    name: 'more vectors than dimensions (covariance)',
    data: noise(50, 4, 1),
    dimensions: 4,
    variance: [0.08505183228581237, 0.023238870642624802, 0.009151290710027455],
    ratio: [0.6990816060352875, 0.1910113700631284, 0.07521882639004562],
    axes: [
      0.9996130976493807, 0.005281143355840074, -0.023463955707453864, 0.013971661147629124,
      -0.0069450633336103395, 0.9977666395022906, -0.03949190706937841, 0.05342179768243599,
    ],
    firstCode: [-0.3127848404327108, -0.06333393330925911, 0.010701322416563436],
  },
  {
    name: 'fewer vectors than dimensions (Gram matrix)',
    data: noise(4, 6, 3),
    dimensions: 6,
    variance: [0.04974105883013308, 0.017716216081003835, 0.0029405108922189623],
    ratio: [0.7065713539496282, 0.2516587116886182, 0.041769934361753566],
    axes: [
      0.874743444014463, 0.05281888701005451, -0.43988088093403294, 0.15839393773073024, -0.11566737719382525,
      -0.008444007383284333, 0.12937936703225697, 0.7160385850089173, 0.5192605156152161, 0.4375952001237882,
      -0.06480320851503525, -0.07231338798976938,
    ],
    firstCode: [-0.2083724754737429, 0.059114862629388726, 0.058901167956639175],
  },
]

describe.each(numpy)('PCA against NumPy, $name', ({ data, dimensions, variance, ratio, axes, firstCode }) => {
  const pca = fitPca(data, dimensions, 3)

  it('finds the axes and their variance', () => {
    expect(pca.components).toBe(3)
    expectClose(pca.variance, variance, 8)
    expectClose(pca.varianceRatio, ratio, 7)
    expectClose(pca.axes, axes, 6)
  })

  it('projects', () => expectClose(projectPca(pca, data), firstCode, 6))
})

describe('the first components of very long vectors', () => {
  it.each([
    [300, 80],
    [60, 200],
  ])('span what those of the whole span: %i × %i', (count, dimensions) => {
    const data = noise(count, dimensions, 8)
    const whole = fitPca(data, dimensions, 3)
    const leading = fitLeadingPca(data, dimensions, 3)
    expectClose(leading.axes, [...whole.axes], 5)
    expectClose(leading.varianceRatio, [...whole.varianceRatio], 8)
    expectClose(leading.variance, [...whole.variance], 8)
  })

  it('are none where there is nothing to tell apart, and can be stopped', () => {
    expect(fitLeadingPca(new Float32Array(60).fill(2), 6, 2).components).toBe(0)
    const stop = () => {
      throw new Error('stopped')
    }
    expect(() => fitLeadingPca(noise(50, 20, 2), 20, 2, stop)).toThrow('stopped')
  })
})

describe('PCA', () => {
  it.each([
    [400, 49],
    [30, 80],
  ])('spans what a singular value decomposition in double precision spans: %i × %i', (count, dimensions) => {
    const data = noise(count, dimensions, 5).map((value, i, all) => value + 0.5 * (all[i - 1] ?? 0))
    const components = 5
    const pca = fitPca(data, dimensions, components)
    const rows = Array.from({ length: count }, (_, i) => [
      ...data.subarray(i * dimensions, (i + 1) * dimensions),
    ])
    const svd = new SVD(new Matrix(rows).center('column'), { autoTranspose: true })
    const theirs = svd.rightSingularVectors.subMatrix(0, dimensions - 1, 0, components - 1)
    const ours = Matrix.from1DArray(components, dimensions, pca.axes)
    // The largest angle between both subspaces: its sine is the largest singular value of what ours misses.
    const missed = theirs.transpose().sub(theirs.transpose().mmul(ours.transpose()).mmul(ours))
    expect(Math.asin(Math.max(...new SVD(missed).diagonal))).toBeLessThan(1e-6)
  })

  it('with all components gives the data back', () => {
    const data = noise(20, 5, 7)
    const pca = fitPca(data, 5, 99)
    expect(pca.components).toBe(5)
    expectClose(reconstructPca(pca, projectPca(pca, data)), Array.from(data), 6)
  })

  it('with k components loses exactly the variance of the others', () => {
    const data = noise(40, 6, 9)
    const pca = fitPca(data, 6, 2)
    const back = reconstructPca(pca, projectPca(pca, data))
    const lost = data.reduce((sum, value, i) => sum + (value - back[i]!) ** 2, 0)
    const whole = data.reduce((sum, value, i) => sum + (value - pca.mean[i % 6]!) ** 2, 0)
    expect(lost / whole).toBeCloseTo(1 - pca.varianceRatio[0]! - pca.varianceRatio[1]!, 6)
  })

  it('has no axis where there is nothing to tell apart', () => {
    expect(fitPca(new Float32Array(8).fill(0.5), 4, 2)).toMatchObject({ components: 0 })
    expect(fitPca(new Float32Array([1, 2, 3, 4, 5, 6, 7, 8, 9]), 3, 5)).toMatchObject({ components: 1 })
  })

  it('says what it cannot do', () => {
    expect(() => fitPca(new Float32Array(4), 4, 2)).toThrow('two images or more')
    expect(() => fitPca(new Float32Array(2100 * 2100), 2100, 2)).toThrow('at most 2048')
  })
})
