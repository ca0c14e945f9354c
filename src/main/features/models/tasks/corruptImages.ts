import { type InputShape, inputSize } from '../../../../shared/modelSpec'
import type { NoiseSpec } from '../../../../shared/noise'
import { placeholder } from '../../../engine/graph/ops/placeholder'
import { unitInterval } from '../../../engine/graph/ops/unitInterval'
import { BATCH } from '../../../engine/graph/tensor'
import {
  corrupt,
  corruptionFeeds,
  corruptionInputs,
  createCorruptionSource,
  graphKind,
} from '../../../engine/training/corruption'
import { randomStream, streams } from '../../../engine/training/random'
import { chooseRuntime } from '../../../worker/runtimes'

/**
 * Images corrupted as training corrupts them, by the same graph and the same draws, outside of any model.
 * @param pixels count × height × width × channels bytes @returns as many values, neither clipped nor rounded, and how strong each image's noise is
 */
export async function corruptImages(
  pixels: Uint8Array,
  shape: InputShape,
  noise: NoiseSpec,
  seed: number,
): Promise<{ values: Float32Array; strength: Float32Array }> {
  const inputs = inputSize(shape)
  const count = pixels.length / inputs
  const clean = unitInterval(placeholder('x', [BATCH, inputs], 'uint8'))
  const corrupted = corrupt(graphKind(noise), clean, corruptionInputs('x', inputs))
  const functions = [{ name: 'corrupt', outputs: { corrupted } }]
  const { runtime, device } = chooseRuntime({ runtime: 'onnx', device: 'cpu' })
  const compiled = await runtime.compile({ variables: [], functions }, device)
  try {
    const field = new Float32Array(pixels.length)
    const strength = new Float32Array(count)
    const source = createCorruptionSource(noise, shape, 1, seed)
    source.draw(randomStream(seed, streams.samples), pixels, field, strength)
    const image = { x: { shape: [count, inputs], data: pixels } }
    const results = await compiled.run('corrupt', {
      ...image,
      ...corruptionFeeds('x', count, field, strength),
    })
    return { values: Float32Array.from(results.corrupted!.data as Float32Array), strength }
  } finally {
    await compiled.dispose()
  }
}
