import { describe } from 'vitest'
import type { GraphFunction, Program } from '../../src/main/engine/graph/program'
import type { Tensor, TensorData } from '../../src/main/engine/graph/tensor'
import type { Variable } from '../../src/main/engine/graph/variable'
import { createOnnxRuntime } from '../../src/main/engine/runtimes/onnx/onnxRuntime'
import type { CompiledProgram, Runtime } from '../../src/main/engine/runtimes/runtime'
import { createTensorflowRuntime } from '../../src/main/engine/runtimes/tensorflow/tensorflowRuntime'
import { hasTensorflow } from './requirements'

type Feeds = Readonly<Record<string, TensorData>>

const creators = { onnx: createOnnxRuntime, tensorflow: createTensorflowRuntime }
const created = new Map<string, Runtime>()

function runtimeOf(name: keyof typeof creators): Runtime {
  if (!created.has(name)) created.set(name, creators[name]())
  return created.get(name)!
}

/** The same tests on each runtime; those of one that is not installed are skipped. */
export function describeRuntimes(title: string, tests: (runtime: () => Runtime) => void): void {
  describe(`${title}: onnx`, () => tests(() => runtimeOf('onnx')))
  describe.skipIf(!hasTensorflow())(`${title}: tensorflow`, () => tests(() => runtimeOf('tensorflow')))
}

/** Runs `body` with a compiled program on the processor, which is disposed of afterwards. */
export async function withProgram<T>(
  runtime: Runtime,
  program: Program,
  body: (compiled: CompiledProgram) => Promise<T>,
): Promise<T> {
  const compiled = await runtime.compile(program)
  try {
    return await body(compiled)
  } finally {
    await compiled.dispose()
  }
}

/** The values of `outputs`, computed once. */
export async function evaluate(
  runtime: Runtime,
  outputs: Record<string, Tensor>,
  feeds: Feeds = {},
): Promise<Record<string, TensorData>> {
  const program = { variables: [], functions: [{ name: 'evaluate', outputs }] }
  return withProgram(runtime, program, (compiled) => compiled.run('evaluate', feeds))
}

export function programOf(variables: readonly Variable[], ...functions: GraphFunction[]): Program {
  return { variables, functions }
}

export function floats(shape: readonly number[], values: Iterable<number>): TensorData {
  return { shape, data: Float32Array.from(values) }
}

export const scalar = (value: number): TensorData => floats([], [value])
