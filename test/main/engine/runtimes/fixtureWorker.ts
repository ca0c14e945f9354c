import { parentPort, workerData } from 'node:worker_threads'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { createTensorflowRuntime } from '../../../../src/main/engine/runtimes/tensorflow/tensorflowRuntime'
import { smallProgram } from './everyOperation'

/** Trains a little with the runtimes named, in their order, posts the losses and stays: it ends by being terminated. */
const creators = { onnx: createOnnxRuntime, tensorflow: createTensorflowRuntime }
const losses: number[] = []
for (const name of workerData as (keyof typeof creators)[]) {
  const program = smallProgram()
  const compiled = await creators[name]().compile(program)
  const values = program.variables.map(({ name, shape }) => [
    name,
    new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5),
  ])
  await compiled.write(Object.fromEntries(values))
  const rate = { shape: [], data: Float32Array.of(0.1) }
  const pixels = { shape: [1, 6], data: Uint8Array.of(0, 51, 102, 153, 204, 255) }
  for (let step = 0; step < 20; step++) {
    const { loss } = await compiled.run('train', { pixels, rate })
    losses.push(loss!.data[0]!)
  }
}
parentPort!.postMessage(losses)
setInterval(() => {}, 1000)
