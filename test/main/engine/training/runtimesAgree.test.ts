import { describe, expect, test } from 'vitest'
import type { ModelSpec } from '../../../../src/shared/modelSpec'
import { parseNoise } from '../../../../src/shared/noise'
import { optimizerNames } from '../../../../src/shared/trainingConfig'
import { findPreset, presets, specFromPreset } from '../../../../src/main/engine/models/presets'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { createTensorflowRuntime } from '../../../../src/main/engine/runtimes/tensorflow/tensorflowRuntime'
import { rectangles } from '../../../support/memoryImages'
import { hasTensorflow } from '../../../support/requirements'
import {
  type ConfigInput,
  largestDifference,
  specOf,
  trainWith,
  withTrainer,
} from '../../../support/training'

const large = rectangles(640, 24)
const small = rectangles(640)

/** The largest difference of any weight after 50 steps: 5 epochs of 10. */
async function differenceAfter50(spec: ModelSpec, config: ConfigInput): Promise<number> {
  const source = spec.input.width === 8 ? small : large
  const [a, b] = await Promise.all(
    [createOnnxRuntime, createTensorflowRuntime].map((create) =>
      withTrainer(
        create(),
        spec,
        { ...config, epochs: 5, batchSize: 64, validationSplit: 0 },
        source,
        async (trainer) => {
          const before = await trainer.values()
          const { metrics } = await trainWith(trainer)
          const values = await trainer.values()
          expect(trainer.position.step).toBe(50)
          expect(metrics.at(-1)!.trainLoss).toBeLessThan(metrics[0]!.trainLoss)
          expect(largestDifference(values['encoder.0.kernel']!, before['encoder.0.kernel']!)).toBeGreaterThan(
            0.003,
          )
          return values
        },
      ),
    ),
  )
  const names = Object.keys(a!).filter((name) => !name.includes('/'))
  expect(names).toEqual(Object.keys(b!).filter((name) => !name.includes('/')))
  return Math.max(...names.map((name) => largestDifference(a![name]!, b![name]!)))
}

const smallPresets = presets.filter(({ name }) => /784|pca/.test(name) && !name.startsWith('hinton'))

describe.skipIf(!hasTensorflow())('the runtimes agree after 50 steps from the same start', () => {
  test.each(smallPresets.map((preset) => [preset.name]))('%s', async (name) => {
    const preset = findPreset(name)
    const { spec } = specFromPreset(preset, { height: 24, width: 24, channels: 1 })
    for (const noise of [null, parseNoise('gaussian:25')]) {
      const difference = await differenceAfter50(spec, { ...preset.training, noise })
      expect(difference, `noise ${noise?.kind}`).toBeLessThan(1e-3)
    }
  })

  test.each(optimizerNames)('%s, with clipped gradients and shot noise', async (name) => {
    const optimizer = { name, learningRate: 0.01, clipNorm: 0.05 }
    const config = { noise: parseNoise('poisson:50'), optimizer }
    expect(await differenceAfter50(specOf([20, 6]), config)).toBeLessThan(1e-3)
  })

  test.each([
    ['copied', {}],
    ['copied', { copyEvery: 'epoch' }],
    ['pseudo-inverse', { initializer: 'orthogonal' }],
    ['untied', { loss: 'mae' }],
  ] as const)('%s %o', async (tying, more) => {
    expect(await differenceAfter50(specOf([20, 6], { tying, ...more }), {})).toBeLessThan(1e-3)
  })
})
