import { expect, it } from 'vitest'
import { fitPca, projectPca, reconstructPca } from '../../../../src/main/engine/projection/pca'
import { PrincipalSubspace } from '../../../../src/main/engine/projection/principalSubspace'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes } from '../../../support/runtimes'
import { largestDifference } from '../../../support/training'

/**
 * Images that are sums of a few patterns, each half as strong as the one before, around a mean that is not zero.
 * @returns count × dimensions
 */
function sumsOfPatterns(count: number, dimensions: number, patterns: number, seed = 5): Float32Array {
  const random = randomNumbers(seed)
  const between = () => 2 * random() - 1
  const rows = Array.from({ length: patterns }, () => Array.from({ length: dimensions }, between))
  const out = new Float32Array(count * dimensions)
  for (let image = 0; image < count; image++)
    rows.forEach((row, k) => {
      const weight = between() / 2 ** k
      row.forEach((value, i) => (out[image * dimensions + i]! += weight * value + 0.3 / patterns))
    })
  return out
}

/** `fit` overwrites what it is given. */
async function kept(
  runtime: Runtime,
  images: Float32Array,
  dimensions: number,
  components: number,
  others = images,
): Promise<{ restored: Float32Array; mean: Float32Array }> {
  const pca = await PrincipalSubspace.fit(runtime, 'cpu', images.slice(), dimensions, components)
  try {
    return { restored: await pca.restore(others), mean: pca.mean }
  } finally {
    await pca.dispose()
  }
}

function keptByPca(
  images: Float32Array,
  dimensions: number,
  components: number,
  others = images,
): Float32Array {
  const pca = fitPca(images, dimensions, components)
  return reconstructPca(pca, projectPca(pca, others))
}

describeRuntimes('the subspace of the principal components', (runtime) => {
  it.each([
    ['more images than values', 300, 40, 4],
    ['more values than images', 60, 400, 4],
    ['as many values as images', 50, 50, 4],
    ['a single component', 80, 30, 1],
  ])('keeps what PCA keeps: %s', async (_, count, dimensions, components) => {
    const images = sumsOfPatterns(count, dimensions, 9)
    const before = runtime().liveTensors()
    const { restored, mean } = await kept(runtime(), images, dimensions, components)
    expect(largestDifference(restored, keptByPca(images, dimensions, components))).toBeLessThan(5e-3)
    expect(largestDifference(restored, images)).toBeGreaterThan(0.02)
    const { mean: expected } = fitPca(images, dimensions, 1)
    expect(largestDifference(mean, expected)).toBeLessThan(1e-5)
    expect(runtime().liveTensors()).toBe(before)
  })

  it.each([
    ['more images than values', 300, 40],
    ['more values than images', 60, 400],
  ])('keeps of other images what PCA keeps of them: %s', async (_, count, dimensions) => {
    const images = sumsOfPatterns(count, dimensions, 9)
    const others = sumsOfPatterns(17, dimensions, 20, 6)
    const { restored } = await kept(runtime(), images, dimensions, 4, others)
    const expected = keptByPca(images, dimensions, 4, others)
    expect(largestDifference(restored, expected)).toBeLessThan(5e-3)
    expect(largestDifference(expected, others)).toBeGreaterThan(0.5)
  })

  it('finds more components than are made orthonormal at once', async () => {
    const random = randomNumbers(9)
    const images = Float32Array.from({ length: 150 * 100 }, random)
    const { restored } = await kept(runtime(), images, 100, 100)
    expect(largestDifference(restored, images)).toBeLessThan(1e-3)
    const wide = Float32Array.from({ length: 100 * 200 }, random)
    const all = await kept(runtime(), wide, 200, 99)
    expect(largestDifference(all.restored, wide)).toBeLessThan(1e-3)
  })

  it.each([
    ['more images than values', 90, 40],
    ['more values than images', 90, 300],
  ])('takes more components than the images span: %s', async (_, count, dimensions) => {
    // Three images, again and again, span two directions.
    const three = sumsOfPatterns(3, dimensions, 3)
    const images = Float32Array.from({ length: count * dimensions }, (_, i) => three[i % (3 * dimensions)]!)
    const before = runtime().liveTensors()
    const { restored } = await kept(runtime(), images, dimensions, 12)
    expect(largestDifference(restored, images)).toBeLessThan(1e-3)
    expect(runtime().liveTensors()).toBe(before)
  })

  it.each([
    ['more images than values', 30, 12],
    ['more values than images', 12, 30],
  ])('gives back the mean of images that are all the same: %s', async (_, count, dimensions) => {
    const images = new Float32Array(count * dimensions).fill(0.25)
    const before = runtime().liveTensors()
    const others = Float32Array.from({ length: 2 * dimensions }, (_, i) => i / (2 * dimensions))
    const { restored, mean } = await kept(runtime(), images, dimensions, 4, others)
    expect(largestDifference(mean, new Float32Array(dimensions).fill(0.25))).toBeLessThan(1e-6)
    expect(
      largestDifference(
        restored,
        others.map(() => 0.25),
      ),
    ).toBeLessThan(1e-6)
    expect(runtime().liveTensors()).toBe(before)
  })
})
