import { expect, it } from 'vitest'
import { parseNoise } from '../../../../src/shared/noise'
import { fitPca, projectPca, reconstructPca } from '../../../../src/main/engine/projection/pca'
import { baselinesOf } from '../../../../src/main/engine/training/baselines'
import { asFloats, readImages } from '../../../../src/main/engine/training/pixelSource'
import type { Trainer } from '../../../../src/main/engine/training/trainer'
import { rectangles } from '../../../support/memoryImages'
import { describeRuntimes } from '../../../support/runtimes'
import { specOf, withTrainer } from '../../../support/training'

const images = rectangles(150)

async function pixelsOf(rows: Uint32Array, source = images): Promise<Float32Array> {
  const bytes = new Uint8Array(rows.length * source.rowBytes)
  await readImages(source, rows, bytes)
  return asFloats(bytes)
}

/** Mean over the images of −10·log10 of the mean squared error. */
function meanPsnr(clean: Float32Array, other: (i: number) => number): number {
  let sum = 0
  for (let from = 0; from < clean.length; from += 64) {
    let squares = 0
    for (let i = from; i < from + 64; i++) squares += (clean[i]! - other(i)) ** 2
    sum -= 10 * Math.log10(squares / 64)
  }
  return sum / (clean.length / 64)
}

function meanImage(train: Float32Array): number[] {
  const count = train.length / 64
  return Array.from({ length: 64 }, (_, i) => {
    let sum = 0
    for (let image = 0; image < count; image++) sum += train[64 * image + i]!
    return sum / count
  })
}

const clip = (value: number) => Math.min(1, Math.max(0, value))

/** By hand: of images as the model sees them, against the clean ones. */
async function expectedOf(trainer: Trainer, components: number, rows: Uint32Array) {
  const train = await pixelsOf(trainer.indices.train)
  const { input } = await trainer.reconstruct(rows)
  const clean = await pixelsOf(rows)
  const pca = fitPca(train, 64, components)
  const restored = reconstructPca(pca, projectPca(pca, input))
  const mean = meanImage(train)
  return { mean: meanPsnr(clean, (i) => mean[i % 64]!), pca: meanPsnr(clean, (i) => clip(restored[i]!)) }
}

describeRuntimes('baselines of a run', (runtime) => {
  it.each([
    ['without noise', {}],
    ['with noise, which PCA has to see too', { noise: parseNoise('gaussian:40') }],
  ])('are what the mean image and PCA reach on the validation images: %s', async (_, more) => {
    const config = { validationSplit: 0.2, ...more }
    await withTrainer(runtime(), specOf([12, 5]), config, images, async (trainer) => {
      const before = runtime().liveTensors()
      const baselines = (await baselinesOf(trainer, runtime()))!
      expect(runtime().liveTensors()).toBe(before)
      const expected = await expectedOf(trainer, 5, trainer.indices.validation)
      expect(baselines.mean).toBeCloseTo(expected.mean, 3)
      expect(baselines.pca!.components).toBe(5)
      // Subspace iteration leaves out some thousandths of the variance.
      expect(Math.abs(baselines.pca!.psnr - expected.pca)).toBeLessThan(0.05)
      expect(baselines.pca!.psnr).toBeGreaterThan(baselines.mean + 1)
    })
  })

  it('are worse with noise, because PCA of as few numbers passes it on', async () => {
    const psnrOf = (noise: string | null) =>
      withTrainer(
        runtime(),
        specOf([12, 5]),
        { validationSplit: 0.2, noise: noise === null ? null : parseNoise(noise) },
        images,
        async (trainer) => (await baselinesOf(trainer, runtime()))!,
      )
    const [clean, noisy] = [await psnrOf(null), await psnrOf('gaussian:60')]
    expect(noisy.pca!.psnr).toBeLessThan(clean.pca!.psnr - 0.1)
    expect(noisy.mean).toBe(clean.mean)
  })

  it('are measured on the training images where none are kept for validation', async () => {
    await withTrainer(runtime(), specOf([12, 5]), { validationSplit: 0 }, images, async (trainer) => {
      const baselines = (await baselinesOf(trainer, runtime()))!
      const expected = await expectedOf(trainer, 5, trainer.indices.train)
      expect(baselines.mean).toBeCloseTo(expected.mean, 3)
      expect(Math.abs(baselines.pca!.psnr - expected.pca)).toBeLessThan(0.05)
    })
  })

  it('have at most one component less than there are training images', async () => {
    const few = rectangles(10)
    await withTrainer(runtime(), specOf([20, 16]), { validationSplit: 0.2 }, few, async (trainer) => {
      expect(trainer.indices.train).toHaveLength(8)
      const baselines = (await baselinesOf(trainer, runtime()))!
      expect(baselines.pca!.components).toBe(7)
    })
    await withTrainer(runtime(), specOf([100, 90]), { validationSplit: 0.2 }, images, async (trainer) => {
      expect((await baselinesOf(trainer, runtime()))!.pca!.components).toBe(64)
    })
  })

  it('are null for one image, and for a model without a code', async () => {
    await withTrainer(runtime(), specOf([12, 5]), {}, rectangles(1), async (trainer) =>
      expect(await baselinesOf(trainer, runtime())).toBeNull(),
    )
    const skips = specOf([], {
      encoder: [{ type: 'conv', filters: 4 }],
      skips: true,
    })
    await withTrainer(runtime(), skips, {}, images, async (trainer) =>
      expect(await baselinesOf(trainer, runtime())).toBeNull(),
    )
  })
})
