import { expect, test } from 'vitest'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { widenToColor } from '../../../../src/main/engine/models/widenToColor'
import { RestoringProgram } from '../../../../src/main/engine/denoising/restoringProgram'
import { chooseRuntime } from '../../../../src/main/worker/runtimes'
import { randomStream } from '../../../../src/main/engine/training/random'

const side = 16
const spec = (channels: 1 | 3, filters: number) =>
  modelSpecSchema.parse({
    input: { height: side, width: side, channels },
    ...{ block: 2, noiseLevel: true, colorNoiseLevel: channels === 3 || undefined },
    encoder: [
      { type: 'conv', filters },
      { type: 'conv', filters },
    ],
    ...{ decoder: 'convolution', output: { residual: true }, initializer: 'he-normal' },
  })

test('a widened network restores brightness as the one for grey does, and leaves colours as they are', async () => {
  const [grey, color] = [spec(1, 6), spec(3, 10)]
  const values = initializeParameters(grey)
  const { runtime, device } = chooseRuntime({ runtime: 'onnx', device: 'cpu' })
  const random = randomStream(1)
  const image = Float32Array.from({ length: side * side * 3 }, () => random.uniform())
  const brightness = Float32Array.from({ length: side * side }, (_, i) => mean(image, i))
  const options = { device, lanes: 1, batch: 1, tile: side }
  const narrow = await RestoringProgram.compile(runtime, grey, values, options)
  const wide = await RestoringProgram.compile(runtime, color, widenToColor(grey, values, color), options)
  try {
    const [expected] = await narrow.run([{ images: brightness, sigma: 20 }])
    const [result] = await wide.run([{ images: image, sigma: [20, 7] }])
    for (let i = 0; i < side * side; i++) {
      expect(mean(result!, i)).toBeCloseTo(expected![i]!, 4)
      expect(result![3 * i]! - result![3 * i + 2]!).toBeCloseTo(image[3 * i]! - image[3 * i + 2]!, 4)
    }
  } finally {
    await narrow.dispose()
    await wide.dispose()
  }
})

const mean = (image: Float32Array, i: number) => (image[3 * i]! + image[3 * i + 1]! + image[3 * i + 2]!) / 3
