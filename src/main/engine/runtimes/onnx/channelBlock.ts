import { joined } from '../../../../shared/pieces'
import { BATCH, type Tensor } from '../../graph/tensor'
import { conv2d } from '../../graph/ops/convolution/conv2d'
import { activationFunctions } from '../../graph/ops/activations'
import { placeholder } from '../../graph/ops/placeholder'
import type { GraphFunction } from '../../graph/program'
import { ort } from './library'
import { authorOnnxModel } from './onnxModel'

const channels = 32

let found: Promise<number | null> | null = null

/**
 * How many channels the convolutions of this processor take at a time in ONNX Runtime's own operators, null where it has
 * none. They are no public interface: they are used where they give here what ONNX's own operators give.
 */
export function channelBlock(): Promise<number | null> {
  found ??= findBlock()
  return found
}

async function findBlock(): Promise<number | null> {
  const expected = await results(null)
  for (const block of [16, 8]) {
    try {
      const found = await results(block)
      if (expected.every((value, i) => Math.abs(value - found[i]!) < 1e-4)) return block
    } catch {
      // Unknown to this version or this processor.
    }
  }
  return null
}

/** Two convolutions, of images in no blocks and in several, with a margin, a bias and a ReLU. */
async function results(block: number | null): Promise<Float32Array> {
  const x = placeholder('x', [BATCH, 4, 5, 4])
  const first = placeholder('first', [3, 3, 4, channels])
  const second = placeholder('second', [3, 3, channels, 8])
  const bias = placeholder('bias', [8])
  const fn: GraphFunction = {
    name: 'probe',
    outputs: { y: conv2d(activationFunctions.relu(conv2d(x, first)), second, bias) },
  }
  const session = await ort.InferenceSession.create(
    joined(authorOnnxModel(fn, { channelBlock: block }).pieces),
    {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    },
  )
  try {
    const { y } = await session.run({
      x: numbers([2, 4, 5, 4], 1),
      first: numbers(first.shape, 2),
      second: numbers(second.shape, 3),
      bias: numbers(bias.shape, 4),
    })
    return (y!.data as Float32Array).slice()
  } finally {
    await session.release()
  }
}

/** No two alike within reach of each other, so that a wrong order shows. */
function numbers(shape: Tensor['shape'], seed: number): ort.Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 7.3 + i * 12.9898) / 4)
  return new ort.Tensor('float32', data, shape as number[])
}
