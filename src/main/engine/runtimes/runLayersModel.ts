import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs'
import type { FileInput } from './onnx/runOnnxFile'

interface Description {
  readonly modelTopology: { readonly config: { readonly layers: readonly { config: object }[] } }
  readonly weightsManifest: readonly {
    readonly paths: readonly [string]
    readonly weights: readonly WeightEntry[]
  }[]
}

interface WeightEntry {
  readonly name: string
  readonly shape: number[]
  readonly dtype: 'float32'
  readonly quantization?: { readonly dtype: 'float16'; readonly original_dtype: 'float32' }
}

/**
 * What a layers model in a folder computes, read by TensorFlow.js itself, on the processor in JavaScript. Its weights are
 * handed over one after the other, so that a large model is in memory once: `tf.loadLayersModel` would draw random ones
 * first, and copy all of the file twice.
 *
 * @param inputs in the order of the model's
 * @throws Error when it is none
 */
export async function runLayersModel(folder: string, inputs: readonly FileInput[]): Promise<Float32Array> {
  // Half a second to load, which nobody else should wait for.
  const tf = await import('@tensorflow/tfjs')
  // Without it the library advertises another one on stderr.
  tf.enableProdMode()
  await tf.setBackend('cpu')
  const description = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as Description
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: withoutDrawing(description) }))
  try {
    for (const { paths, weights } of description.weightsManifest)
      await eachWeight(join(folder, paths[0]), weights, (entry, bytes) => {
        const named = tf.io.decodeWeights(bytes, [entry])
        model.loadWeights(named, false)
        tf.dispose(named)
      })
    return await predict(model, inputs)
  } finally {
    model.dispose()
  }
}

/** @throws Error when the model has several outputs */
export async function predict(model: LayersModel, inputs: readonly FileInput[]): Promise<Float32Array> {
  const tf = await import('@tensorflow/tfjs')
  const fed = inputs.map(({ shape, data }) => tf.tensor(data, [...shape], 'float32'))
  const output = model.predict(fed.length === 1 ? fed[0]! : fed)
  if (Array.isArray(output)) throw new Error('The layers model gives several outputs.')
  try {
    return (await output.data()) as Float32Array
  } finally {
    tf.dispose([output, ...fed])
  }
}

/** The topology, with weights that begin as zeros. */
function withoutDrawing({ modelTopology }: Description): object {
  const zeros = { class_name: 'Zeros', config: {} }
  const layers = modelTopology.config.layers.map((layer) => ({
    ...layer,
    config: { ...layer.config, kernel_initializer: zeros },
  }))
  return { ...modelTopology, config: { ...modelTopology.config, layers } }
}

async function eachWeight(
  path: string,
  weights: readonly WeightEntry[],
  use: (entry: WeightEntry, bytes: ArrayBuffer) => void,
): Promise<void> {
  const file = await open(path)
  try {
    for (const entry of weights) {
      const each = entry.quantization ? 2 : 4
      const bytes = new Uint8Array(each * entry.shape.reduce((size, side) => size * side, 1))
      const { bytesRead } = await file.read(bytes, 0, bytes.length)
      if (bytesRead < bytes.length) throw new Error(`${path} ends within ${entry.name}.`)
      use(entry, bytes.buffer)
    }
  } finally {
    await file.close()
  }
}
