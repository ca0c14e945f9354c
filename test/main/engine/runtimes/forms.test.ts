import { describe, expect, test } from 'vitest'
import { add, mul } from '../../../../src/main/engine/graph/ops/arithmetic'
import { conv2d } from '../../../../src/main/engine/graph/ops/convolution/conv2d'
import { globalAveragePool } from '../../../../src/main/engine/graph/ops/images/pooling'
import { inputsOf } from '../../../../src/main/engine/graph/program'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reshape } from '../../../../src/main/engine/graph/ops/reshape'
import { BATCH, sizeOf } from '../../../../src/main/engine/graph/tensor'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { createTensorflowRuntime } from '../../../../src/main/engine/runtimes/tensorflow/tensorflowRuntime'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { randomNumbers } from '../../../support/randomNumbers'
import { hasTensorflow } from '../../../support/requirements'
import { withProgram } from '../../../support/runtimes'
import { type ImageGraph, makers, randomImageGraph } from './randomImageGraph'

const batches = [1, 2, 3]

/** What a graph gives for batches of several sizes, as it is compiled for training or, with all values fixed, for use. */
async function given(runtime: Runtime, { variables, output }: ImageGraph, form: 'training' | 'inference') {
  const counter = createVariable('counter', [1])
  const count = { name: 'count', outputs: {}, updates: new Map([[counter, add(counter.value, 1)]]) }
  const value = { name: 'value', outputs: { y: output } }
  const program =
    form === 'training'
      ? { variables: [...variables, counter], functions: [value, count] }
      : { variables, functions: [value] }
  const random = randomNumbers(5)
  const numbers = (size: number, scale = 1) =>
    Float32Array.from({ length: size }, () => scale * (2 * random() - 1))
  const [, ...image] = inputsOf(value).get('x')!.shape
  return withProgram(runtime, program, async (compiled) => {
    await compiled.write(
      Object.fromEntries(
        variables.map(({ name, shape }) => {
          const reads = Math.max(
            1,
            shape.slice(0, -1).reduce((product, n) => product * n, 1),
          )
          return [name, numbers(sizeOf(shape), Math.sqrt(3 / reads))]
        }),
      ),
    )
    const found: number[] = []
    for (const batch of batches) {
      const x = { shape: [batch, ...image], data: numbers(batch * sizeOf(image)) }
      found.push(...(await compiled.run('value', { x })).y!.data)
    }
    return found
  })
}

async function compare(graph: ImageGraph, title: string): Promise<void> {
  const onnx = createOnnxRuntime()
  const expected = await given(onnx, graph, 'inference')
  const largest = Math.max(1, ...expected.map(Math.abs))
  const expectSame = (found: readonly number[], form: string) => {
    const difference = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
    expect(found.length, title).toBe(expected.length)
    expect(difference / largest, `${title}: ${form}`).toBeLessThan(1e-4)
  }
  expectSame(await given(onnx, graph, 'training'), 'training')
  if (hasTensorflow()) expectSame(await given(createTensorflowRuntime(), graph, 'training'), 'TensorFlow')
}

const seeds = Number(process.env.HOURGLASS_SEEDS ?? 150)
const perTest = 25

describe('a graph gives the same compiled for training, for use, and by the other runtime', () => {
  const starts = Array.from({ length: Math.ceil(seeds / perTest) }, (_, i) => i * perTest)
  test.each(starts)('seeds from %i on', { timeout: 300_000 }, async (start) => {
    for (let seed = start; seed < start + perTest; seed++) {
      const graph = randomImageGraph(seed)
      await compare(graph, `seed ${seed} (${graph.made.join(', ')})`)
    }
  })

  test('with every operation on images among them', () => {
    const made = new Set(Array.from({ length: 150 }, (_, seed) => randomImageGraph(seed).made).flat())
    expect([...made].sort()).toEqual(Object.keys(makers).sort())
  })

  test.each([8, 16, 32])(
    'attention to %i channels: means, a convolution of them, a product',
    async (width) => {
      const x = placeholder('x', [BATCH, 6, 5, width])
      const kernels = [3, 1, 3].map((side, i) => createVariable(`k${i}`, [side, side, width, width]))
      const [into, among, out] = kernels.map(({ value }) => value)
      const seen = conv2d(x, into!)
      const attention = conv2d(reshape(globalAveragePool(seen), [BATCH, 1, 1, width]), among!)
      const output = conv2d(mul(seen, attention), out!)
      await compare({ variables: kernels, output, made: [] }, `${width} channels`)
    },
  )
})
