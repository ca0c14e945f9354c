import { describe, expect, it } from 'vitest'
import { transposed } from '../../../../src/main/engine/models/weights'
import { stagesOver } from '../../../../src/main/engine/training/stages'
import { rectangles } from '../../../support/memoryImages'
import { describeRuntimes } from '../../../support/runtimes'
import { specOf, trainWith, withTrainer } from '../../../support/training'

const images = rectangles(150)

describeRuntimes('training tied first and untied then', (runtime) => {
  it('is the tied training for as long, and leaves it after that', async () => {
    const training = { epochs: 4, batchSize: 50 }
    const tied = new Map<number, Record<string, Float32Array>>()
    await withTrainer(runtime(), specOf([12, 5], { tying: 'tied' }), training, images, async (trainer) => {
      await trainWith(trainer, {
        epochEnded: async ({ epoch }) => void tied.set(epoch, await trainer.values()),
      })
    })
    const config = { ...training, pretraining: { kind: 'tied' as const, share: 0.5 } }
    const spec = specOf([12, 5], { tying: 'untied' })
    await withTrainer(runtime(), spec, config, images, async (trainer) => {
      await trainWith(trainer, {
        epochEnded: async ({ epoch }) => {
          const values = await trainer.values()
          const kernel = values['encoder.0.kernel']!
          const decoder = values['decoder.1.kernel']!
          const turned = transposed(kernel, kernel.length / 12, 12)
          if (epoch > 2) return expect(decoder).not.toEqual(turned)
          expect(decoder).toEqual(turned)
          const expected = tied.get(epoch)!['encoder.0.kernel']!
          kernel.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4))
        },
      })
    })
  })

  it('is refused for a decoder that is not its own', async () => {
    const config = { pretraining: { kind: 'tied' as const, share: 0.5 } }
    const training = withTrainer(runtime(), specOf([5]), config, images, async () => undefined)
    await expect(training).rejects.toThrow('Choose the tying untied.')
  })
})

describeRuntimes('training layer by layer', (runtime) => {
  it('moves one layer after the other, and then all of them', async () => {
    const config = {
      epochs: 6,
      batchSize: 50,
      pretraining: { kind: 'layerwise' as const, share: 0.6 },
    }
    await withTrainer(runtime(), specOf([12, 5], { tying: 'untied' }), config, images, async (trainer) => {
      let before = await trainer.values()
      const moved: boolean[][] = []
      await trainWith(trainer, {
        epochEnded: async () => {
          const values = await trainer.values()
          const names = ['encoder.0.kernel', 'decoder.1.bias', 'encoder.1.kernel', 'decoder.0.kernel']
          moved.push(names.map((name) => values[name]!.some((value, i) => value !== before[name]![i])))
          before = values
        },
      })
      const [outer, inner, all] = [
        [true, true, false, false],
        [false, false, true, true],
        [true, true, true, true],
      ]
      expect(moved).toEqual([outer, outer, inner, inner, all, all])
    })
  })
})

describe('stages', () => {
  const half = { pretraining: { kind: 'layerwise' as const, share: 0.5 } }
  it('share their part of the epochs', () => {
    const over = (epoch: number, epochs: number) => stagesOver(3, half, { epoch, epochs, over: 0 })
    expect(Array.from({ length: 12 }, (_, epoch) => over(epoch, 12))).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3,
    ])
    // The whole model has an epoch even where that leaves a stage without one.
    expect(over(1, 2)).toBe(3)
    expect(over(0, 1)).toBe(3)
  })

  it('do not come back when more epochs turn out to fit', () => {
    expect(stagesOver(3, half, { epoch: 2, epochs: 100, over: 2 })).toBe(2)
  })
})
