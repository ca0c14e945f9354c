import { describe, expect, it, test } from 'vitest'
import { ExpectedError } from '../../../../src/shared/errors'
import { parseNoise } from '../../../../src/shared/noise'
import type { EpochMetrics } from '../../../../src/shared/run'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { decoderCopies } from '../../../../src/main/engine/models/decoderCopies'
import { explicitWeights } from '../../../../src/main/engine/models/weights'
import { Trainer } from '../../../../src/main/engine/training/trainer'
import { rectangles } from '../../../support/memoryImages'
import { describeRuntimes } from '../../../support/runtimes'
import { type ConfigInput, specOf, trainWith, withoutTimes, withTrainer } from '../../../support/training'

const grey = rectangles(150)
const images = grey
const larger = { ...rectangles(60, 16), shape: { height: 16, width: 16, channels: 1 } as const }
const small = specOf([12, 5])

/** Asks for a pause at the nth question. */
function pausing(at: number) {
  let asked = 0
  return { requested: () => (asked++ >= at ? ('pause' as const) : ('continue' as const)) }
}

describeRuntimes('an average of the weights', (runtime) => {
  it('follows them as its decay says, and is the model', async () => {
    const config = { epochs: 12, batchSize: 150, validationSplit: 0, averageDecay: 0.8 }
    await withTrainer(runtime(), small, config, grey, async (trainer) => {
      const name = 'encoder.0.kernel'
      let average = Array.from((await trainer.values())[name]!)
      await trainWith(trainer, {
        epochEnded: async ({ epoch }) => {
          const decay = Math.min(0.8, (1 + epoch) / (10 + epoch))
          const values = await trainer.values()
          average = average.map((value, i) => decay * value + (1 - decay) * values[`${name}/trained`]![i]!)
          const difference = average.map((value, i) => Math.abs(value - values[name]![i]!))
          expect(Math.max(...difference)).toBeLessThan(1e-6)
        },
      })
      const values = await trainer.values()
      expect(values[name]).not.toEqual(values[`${name}/trained`])
    })
  })

  it('is refused where a decoder follows the encoder', async () => {
    const spec = specOf([5], { tying: 'copied' })
    const training = withTrainer(runtime(), spec, { averageDecay: 0.9 }, grey, async () => undefined)
    await expect(training).rejects.toThrow('An average of the weights has no decoder that is copied.')
  })
})

describeRuntimes('patches', (runtime) => {
  it('are refused where images are smaller, or of unknown size', async () => {
    const config = { patches: { perImage: 2 } }
    const training = (source: typeof larger | typeof grey) =>
      withTrainer(
        runtime(),
        specOf([5], { input: { height: 20, width: 20, channels: 1 } }),
        config,
        source,
        async () => undefined,
      )
    await expect(training(larger)).rejects.toThrow('Patches of 20 × 20 cannot be cut out of these images.')
    await expect(training(grey)).rejects.toThrow('cannot be cut')
  })
})

describeRuntimes('a run that is interrupted computes what one in a single piece does', (runtime) => {
  test.each<[string, ConfigInput, number[]?]>([
    ['adam, gaussian noise of a range', { noise: parseNoise('gaussian:0-60') }],
    [
      'rmsprop, shot noise of a range',
      { noise: parseNoise('poisson:5-300'), optimizer: { name: 'rmsprop' } },
    ],
    ['sgd, cosine', { optimizer: { name: 'sgd', learningRate: 0.05 }, schedule: { name: 'cosine' } }],
    [
      'averaged weights, a rate that is held',
      { averageDecay: 0.9, schedule: { name: 'cosine', hold: 0.5 }, noise: parseNoise('gaussian:25') },
    ],
    ['patches', { patches: { perImage: 3 }, averageDecay: 0.9 }, [0, 1, 3]],
    ['adamw, no validation', { optimizer: { name: 'adamw' }, validationSplit: 0 }],
  ])('%s', async (_, change, pauses = [0, 1, 4, 3, 5]) => {
    const config = { epochs: 3, batchSize: 8, validationSplit: 0.2, ...change }
    const images = change.patches ? larger : grey
    const whole = await withTrainer(runtime(), small, config, images, async (trainer) => {
      const { metrics } = await trainWith(trainer)
      return { metrics, values: await trainer.values() }
    })
    const metrics: EpochMetrics[] = []
    let saved: { values: Record<string, Float32Array>; position: Trainer['position'] } | null = null
    // Before the first step, within epochs, between them, and then to the end.
    for (const at of [...pauses, Infinity]) {
      await withTrainer(runtime(), small, config, images, async (trainer) => {
        if (saved) await trainer.restore(saved.values, saved.position)
        const part = await trainWith(trainer, pausing(at))
        expect(part.outcome).toBe(at === Infinity ? 'done' : 'paused')
        metrics.push(...part.metrics)
        saved = { values: await trainer.values(), position: { ...trainer.position } }
      })
    }
    expect(metrics.map(withoutTimes)).toEqual(whole.metrics.map(withoutTimes))
    expect(saved!.values).toEqual(whole.values)
  })

  it('also where it stops while an epoch is measured', async () => {
    const config = { epochs: 2, batchSize: 40, validationSplit: 0.2 }
    const whole = await withTrainer(runtime(), small, config, images, (trainer) => trainWith(trainer))
    await withTrainer(runtime(), small, config, images, async (trainer) => {
      // Three steps, then the question within the measuring.
      const first = await trainWith(trainer, pausing(3))
      expect(first).toEqual({ outcome: 'paused', metrics: [] })
      expect(trainer.position).toMatchObject({ epoch: 0, batch: 3 })
      const rest = await trainWith(trainer)
      expect(rest.metrics.map(withoutTimes)).toEqual(whole.metrics.map(withoutTimes))
    })
  })

  it('is stopped and paused alike, and says which', async () => {
    await withTrainer(runtime(), small, {}, images, async (trainer) => {
      expect(await trainWith(trainer, { requested: () => 'stop' })).toEqual({
        outcome: 'stopped',
        metrics: [],
      })
      expect(await trainWith(trainer, { requested: () => 'pause' })).toEqual({
        outcome: 'paused',
        metrics: [],
      })
    })
  })
})

describeRuntimes('training', (runtime) => {
  it.each([
    ['batches that do not divide the images', 150, 33, 5],
    ['a batch larger than all images', 10, 128, 1],
    ['a single image', 1, 128, 1],
    ['steps that group evenly into calls', 128, 8, 16],
  ])('learns from %s', async (_, count, batchSize, steps) => {
    const config = { epochs: 6, batchSize, validationSplit: 0, optimizer: { learningRate: 0.01 } }
    await withTrainer(runtime(), small, config, rectangles(count), async (trainer) => {
      const progress: number[] = []
      const { metrics } = await trainWith(trainer, { progress: ({ batch }) => progress.push(batch) })
      expect(metrics.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6])
      expect(metrics.at(-1)!.trainLoss).toBeLessThan(metrics[0]!.trainLoss * 0.8)
      expect(trainer.position).toMatchObject({ epoch: 6, batch: 0, step: 6 * steps })
      expect(progress.at(-1)).toBe(steps)
      expect(metrics[0]).toMatchObject({ valLoss: null, psnr: null, ssim: null })
    })
  })

  it('measures what a mean over images is, of a last batch that is smaller too', async () => {
    const config = { epochs: 1, batchSize: 33, validationSplit: 0, optimizer: { learningRate: 1e-30 } }
    await withTrainer(runtime(), small, config, images, async (trainer) => {
      const { metrics } = await trainWith(trainer)
      const { clean, output } = await trainer.reconstruct(Uint32Array.from({ length: 150 }, (_, i) => i))
      const squares = output.reduce((sum, value, i) => sum + (value - clean[i]! / 255) ** 2, 0)
      expect(metrics[0]!.trainLoss).toBeCloseTo(squares / output.length, 5)
    })
  })

  it('lets the learning rate fall along a cosine, and after plateaus', async () => {
    // So small a rate changes nothing: no epoch is better than the first.
    const still = { epochs: 7, batchSize: 15, optimizer: { name: 'sgd', learningRate: 1e-30 } } as const
    const ratesOf = async (config: ConfigInput) =>
      withTrainer(runtime(), small, config, images, async (trainer) =>
        (await trainWith(trainer)).metrics.map(({ learningRate }) => learningRate / 1e-30),
      )
    const plateau = await ratesOf({ ...still, schedule: { name: 'plateau', patience: 2, factor: 0.5 } })
    expect(plateau).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25])
    const cosine = await ratesOf({ ...still, schedule: { name: 'cosine', floor: 0.1 } })
    const steps = 7 * 9
    cosine.forEach((rate, epoch) => {
      const step = (epoch + 1) * 9 - 1
      expect(rate).toBeCloseTo(0.1 + 0.45 * (1 + Math.cos((Math.PI * step) / steps)), 9)
    })
  })

  it('stops when its patience is over, and keeps count of the best epoch', async () => {
    const config = { epochs: 50, patience: 3, optimizer: { name: 'sgd', learningRate: 1e-30 } } as const
    await withTrainer(runtime(), small, config, images, async (trainer) => {
      const { outcome, metrics } = await trainWith(trainer)
      expect(outcome).toBe('done')
      expect(metrics.map(({ best }) => best)).toEqual([true, false, false, false])
      expect(trainer.position).toMatchObject({ epoch: 4, bestEpoch: 1, epochsSinceBest: 3 })
    })
  })

  it('measures how far the kernels are from orthonormal', async () => {
    const spec = specOf([12, 5], { initializer: 'orthogonal' })
    const config = { epochs: 1, optimizer: { name: 'sgd', learningRate: 1e-30 } } as const
    const { metrics } = await withTrainer(runtime(), spec, config, images, (trainer) => trainWith(trainer))
    expect(metrics[0]!.orthogonality).toHaveLength(2)
    for (const norm of metrics[0]!.orthogonality) expect(norm).toBeLessThan(2e-3)
  })

  it.each([
    ['with validation', { validationSplit: 0.2 }],
    ['without', { validationSplit: 0 }],
    ['one step an epoch', { validationSplit: 0, batchSize: 150 }],
  ])('ends with a sentence, before anything is kept, when it diverges: %s', async (_, change) => {
    const config = { epochs: 50, ...change, optimizer: { name: 'sgd', learningRate: 100 } } as const
    await withTrainer(runtime(), specOf([12]), config, images, async (trainer) => {
      let epochs = 0
      const epochEnded = async () => {
        for (const data of Object.values(await trainer.values()))
          expect(data.every(Number.isFinite)).toBe(true)
        epochs++
      }
      const error: unknown = await trainWith(trainer, { epochEnded }).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(ExpectedError)
      const kept = epochs ? ' The best model of the epochs before is kept.' : ''
      expect(error).toMatchObject({
        code: 'diverged',
        message: `The loss is no longer a number in epoch ${epochs + 1}: training has diverged. Start again with a lower learning rate, for example 0.05.${kept}`,
      })
      if ('batchSize' in change) expect(epochs).toBeGreaterThan(0)
    })
  })

  it('does not hand out weights that are not numbers', async () => {
    await withTrainer(runtime(), small, { epochs: 1, batchSize: 64 }, images, async (trainer) => {
      const values = await trainer.values()
      values['encoder.0.bias']![3] = Infinity
      await trainer.restore(values, trainer.position)
      await expect(trainer.values()).rejects.toMatchObject({ code: 'diverged' })
    })
  })

  it('does not leave tensors behind', async () => {
    const before = runtime().liveTensors()
    for (const tying of ['tied', 'copied'] as const)
      await withTrainer(
        runtime(),
        { ...small, tying },
        { epochs: 2, batchSize: 16 },
        images,
        async (trainer) => {
          await trainWith(trainer)
          await trainer.values()
        },
      )
    expect(runtime().liveTensors()).toBe(before)
  })
})

describeRuntimes('the decoder', (runtime) => {
  const config = { epochs: 2, batchSize: 8, validationSplit: 0, optimizer: { learningRate: 0.01 } }
  const kernels = (spec: typeof small, values: Record<string, Float32Array>) =>
    Object.fromEntries(spec.encoder.map((_, i) => [`decoder.${i}.kernel`, values[`decoder.${i}.kernel`]!]))

  it('that is copied after every batch is the transpose after every call', async () => {
    const spec = specOf([12, 5], { tying: 'copied' })
    await withTrainer(runtime(), spec, config, images, async (trainer) => {
      for (const at of [0, 1, 2, 4, 9]) {
        await trainWith(trainer, pausing(at))
        const values = await trainer.values()
        expect(kernels(spec, values)).toEqual(decoderCopies(spec, values))
      }
    })
  })

  it.each([
    ['copied', { tying: 'copied', copyEvery: 'epoch' }],
    ['the pseudo-inverse', { tying: 'pseudo-inverse' }],
  ] as const)('that is %s after every epoch is so then, and stays in between', async (_, tying) => {
    const spec = specOf([12, 5], tying)
    await withTrainer(runtime(), spec, config, images, async (trainer) => {
      const initial = kernels(spec, await trainer.values())
      await trainWith(trainer, pausing(2))
      const between = await trainer.values()
      expect(kernels(spec, between)).toEqual(initial)
      expect(kernels(spec, between)).not.toEqual(decoderCopies(spec, between))
      await trainWith(trainer, {
        epochEnded: async () => {
          const values = await trainer.values()
          expect(kernels(spec, values)).toEqual(decoderCopies(spec, values))
        },
      })
    })
  })

  it('of a tied model that is untied starts where that one was, and learns on', async () => {
    const tied = specOf([12, 5])
    const rows = Uint32Array.from({ length: 150 }, (_, i) => i)
    const long = { ...config, epochs: 15 }
    const before = await withTrainer(runtime(), tied, long, images, async (trainer) => {
      const { metrics } = await trainWith(trainer)
      const weights = explicitWeights(tied, await trainer.values())
      return { loss: metrics.at(-1)!.trainLoss, weights, ...(await trainer.reconstruct(rows)) }
    })
    const values = Object.fromEntries(Object.entries(before.weights).map(([name, { data }]) => [name, data]))
    await withTrainer(runtime(), { ...tied, tying: 'untied' }, long, images, async (trainer) => {
      await trainer.restore(values, trainer.position)
      const { output } = await trainer.reconstruct(rows)
      expect(output.every((value, i) => Math.abs(value - before.output[i]!) < 1e-6)).toBe(true)
      const { metrics } = await trainWith(trainer)
      expect(metrics.at(-1)!.trainLoss).toBeLessThan(before.loss)
    })
  })
})

describe('Trainer.create', () => {
  it.each([
    ['images of another size', rectangles(4, 16), /takes 64 values an image, the dataset has 256/],
    ['no images', rectangles(0), /no image to train on/],
  ])('says what does not fit: %s', async (_, source, sentence) => {
    const { createOnnxRuntime } = await import('../../../../src/main/engine/runtimes/onnx/onnxRuntime')
    const creating = Trainer.create(createOnnxRuntime(), 'cpu', small, trainingConfigSchema.parse({}), source)
    await expect(creating).rejects.toThrow(sentence)
    await expect(creating).rejects.toThrow(ExpectedError)
  })
})
