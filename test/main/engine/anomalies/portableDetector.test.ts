import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { AnomalyDetector, type DetectorState } from '../../../../src/main/engine/anomalies/detector'
import { fitDetector } from '../../../../src/main/engine/anomalies/fitDetector'
import type { Computing } from '../../../../src/main/engine/anomalies/measures'
import { portableDetector } from '../../../../src/main/engine/anomalies/portableDetector'
import { storedWeights } from '../../../../src/main/engine/exporters/precision'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { findPreset, specFromPreset } from '../../../../src/main/engine/models/presets'
import { explicitWeights } from '../../../../src/main/engine/models/weights'
import { authorOnnxModel } from '../../../../src/main/engine/runtimes/onnx/onnxModel'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { runOnnxFile } from '../../../../src/main/engine/runtimes/onnx/runOnnxFile'
import { asFloats } from '../../../../src/main/engine/training/pixelSource'
import { readDetector, writeDetector } from '../../../../src/main/features/anomalies/tasks/detectorFile'
import { compileModel } from '../../../../src/main/worker/loadModel'
import type { AnomalyScore } from '../../../../src/shared/anomalies'
import { type InputShape, inputSize } from '../../../../src/shared/modelSpec'
import { joined } from '../../../../src/shared/pieces'
import { memoryImages } from '../../../support/memoryImages'
import { randomNumbers } from '../../../support/randomNumbers'
import { folderOfFile } from '../../../support/testFolder'

/** Waves of a few directions and colours, with some noise; an odd one has squares instead. */
function image(shape: InputShape, seed: number, isOdd = false): Uint8Array {
  const random = randomNumbers(seed)
  const { width, channels } = shape
  const [turn, pace, phase] = [0.4 + 0.3 * random(), 0.3 + 0.1 * random(), 6 * random()]
  const tint = [0.6 + 0.4 * random(), 0.5 + 0.3 * random(), 0.4 + 0.3 * random()]
  return Uint8Array.from({ length: inputSize(shape) }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)]
    const wave = Math.sin(pace * (x * Math.cos(turn) + y * Math.sin(turn)) + phase)
    const value = isOdd ? ((x >> 2) + (y >> 2)) % 2 : 0.5 + 0.4 * wave
    return Math.round(255 * Math.min(1, Math.max(0, value * tint[i % channels]! + 0.03 * random())))
  })
}

const images = (shape: InputShape, seeds: readonly number[], isOdd = false) =>
  joined(seeds.map((seed) => image(shape, seed, isOdd))) as Uint8Array<ArrayBuffer>
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})

async function fitted(shape: InputShape, preset: string, score: AnomalyScore) {
  const { spec } = specFromPreset(findPreset(preset), shape)
  const values = initializeParameters(spec)
  const model = await compileModel(spec, values, null, { runtime: 'onnx' })
  const computing: Computing = { spec, model, runtime: createOnnxRuntime(), device: 'cpu', seed: 1 }
  const count = 40
  const detector = await fitDetector(memoryImages(images(shape, range(1, count)), inputSize(shape)), {
    ...{ ...computing, score, falseAlarms: 0.05, robust: false, heldOut: new Set<number>() },
    ...{ rows: Uint32Array.from(range(0, count)), onProgress: () => undefined, check: () => undefined },
  })
  closing.push(
    () => detector.dispose(),
    () => model.dispose(),
  )
  return { detector, computing, values }
}

function exported(
  { spec }: Computing,
  values: Record<string, Float32Array>,
  state: DetectorState,
): Uint8Array {
  const weights = storedWeights(explicitWeights(spec, values), 'float32')
  const { fn, large } = portableDetector(spec, state)
  const constants = ({ name }: { readonly name: string }) => large.get(name) ?? weights[name]!.stored
  return joined(authorOnnxModel(fn, { constants }).pieces)
}

describe('a detector as ONNX', () => {
  const small: InputShape = { width: 28, height: 28, channels: 1 }
  const large: InputShape = { width: 52, height: 46, channels: 3 }
  const cases: readonly (readonly [InputShape, string, AnomalyScore])[] = [
    [small, 'tied-784-32', 'default'],
    [small, 'tied-784-32', 'ranks'],
    [large, 'conv-64', 'default'],
    [{ ...small, channels: 3 }, 'tied-784-32', 'ssim'],
  ]
  it.each(cases)('gives images of %o by %s the scores that we give: %s', async (shape, preset, score) => {
    const { detector, computing, values } = await fitted(shape, preset, score)
    const file = exported(computing, values, detector.state)
    const pixels = joined([images(shape, range(100, 4)), images(shape, range(200, 3), true)])
    const { scores } = await detector.score(pixels)
    const fed = { shape: [7, shape.height, shape.width, shape.channels], data: asFloats(pixels) }
    const said = await runOnnxFile(file, { image: fed })
    for (const [i, value] of scores.entries())
      expect(Math.abs(said.score![i]! - value), `${i}: ${said.score![i]} for ${value}`).toBeLessThan(
        5e-5 * Math.max(1, Math.abs(value)),
      )
    const isOdd = (values: ArrayLike<number>) => Array.from(values, (value) => value > detector.threshold)
    expect(isOdd(said.score!)).toEqual(isOdd(scores))
    const { heat } = await detector.look(pixels.subarray(0, inputSize(shape)))
    const map = said.anomaly_map!.subarray(0, heat.length)
    for (const [i, value] of heat.entries()) expect(Math.abs(Math.min(1, map[i]!) - value)).toBeLessThan(2e-3)
  })

  it('comes back from a file as it was, and from no file of another model', async () => {
    const { detector, computing } = await fitted(small, 'tied-784-32', 'ranks')
    const file = join(await folderOfFile(), 'detector.safetensors')
    await writeDetector(file, computing.spec, { own: true, state: detector.state })
    const { own, state } = await readDetector(file, computing.spec)
    expect(own).toBe(true)
    const again = await AnomalyDetector.restore(computing, state)
    closing.push(() => again.dispose())
    const pixels = images(small, range(100, 3))
    expect(await again.score(pixels)).toEqual(await detector.score(pixels))
    expect(await again.score(pixels, [1, 2, 3])).toEqual(await detector.score(pixels, [1, 2, 3]))
    expect(again.threshold).toBe(detector.threshold)
    const other = specFromPreset(findPreset('tied-784-32'), large).spec
    await expect(readDetector(file, other)).rejects.toThrow('another model')
  })
})
