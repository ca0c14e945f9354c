import { describe, expect, it } from 'vitest'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { BATCH } from '../../../../src/main/engine/graph/tensor'
import { lossPerImage, meanLoss } from '../../../../src/main/engine/models/losses'
import { checkTraining } from '../../../../src/main/engine/training/checkTraining'
import { describeRuntimes, evaluate, floats } from '../../../support/runtimes'

const input = { height: 1, width: 4, channels: 1 } as const
const encoder = [{ type: 'dense', units: 2 }] as const
const specOf = (more: object) => modelSpecSchema.parse({ input, encoder, ...more })

describeRuntimes('the loss over corrupted pixels', (runtime) => {
  it.each([
    ['mae', [0.3, 0, 0.1], 0.5 / 3],
    ['mse', [0.09, 0, 0.02], 0.13 / 3],
  ] as const)('is the mean %s of those alone', async (loss, each, mean) => {
    const spec = specOf({ loss, lossOver: 'corrupted' })
    const [sums, target, shown] = ['sums', 'target', 'shown'].map((name) => placeholder(name, [BATCH, 4]))
    const results = await evaluate(
      runtime(),
      { mean: meanLoss(spec, sums!, target!, shown!), each: lossPerImage(spec, sums!, target!, shown!) },
      {
        target: floats([3, 4], [0.5, 0.5, 0.5, 0.5, 0.1, 0.2, 0.3, 0.4, 1, 1, 1, 1]),
        // One pixel of the first image is corrupted, none of the second, two of the third.
        shown: floats([3, 4], [0, 0.5, 0.5, 0.5, 0.1, 0.2, 0.3, 0.4, 1, 0, 0, 1]),
        sums: floats([3, 4], [0.8, 0, 0, 0, 9, 9, 9, 9, 5, 0.8, 1, 5]),
      },
    )
    each.forEach((value, i) => expect(results.each!.data[i]).toBeCloseTo(value, 5))
    expect(results.mean!.data[0]).toBeCloseTo(mean, 5)
  })
})

describe('lossOver', () => {
  it('is refused where it would count nothing, or cannot', () => {
    const spec = specOf({ lossOver: 'corrupted' })
    expect(() => checkTraining(spec, trainingConfigSchema.parse({}))).toThrow('Add noise')
    const noise = { kind: 'masking', min: 0.3, max: 0.3 }
    expect(() => checkTraining(spec, trainingConfigSchema.parse({ noise }))).not.toThrow()
    const large = { height: 16, width: 16, channels: 1 }
    expect(() => specOf({ input: large, loss: 'ssim-mae', lossOver: 'corrupted' })).toThrow('single pixels')
  })
})
