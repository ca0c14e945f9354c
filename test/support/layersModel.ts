import { predict } from '../../src/main/engine/runtimes/runLayersModel'
import type { FileInput } from '../../src/main/engine/runtimes/onnx/runOnnxFile'

/** A TensorFlow.js layers model as its two files. */
export interface LayersModelFiles {
  /** model.json */
  readonly description: Uint8Array
  /** weights.bin */
  readonly weights: Uint8Array
}

/**
 * What a layers model computes, loaded as anybody loads one, on the processor in JavaScript.
 * @param inputs in the order of the model's
 * @throws Error when it is none
 */
export async function runLayersModel(
  { description, weights }: LayersModelFiles,
  inputs: readonly FileInput[],
): Promise<Float32Array> {
  // Half a second to load, which nobody else should wait for.
  const tf = await import('@tensorflow/tfjs')
  // Without it the library advertises another one on stderr.
  tf.enableProdMode()
  await tf.setBackend('cpu')
  const { modelTopology, weightsManifest } = JSON.parse(Buffer.from(description).toString()) as {
    modelTopology: object
    weightsManifest: { weights: never[] }[]
  }
  const artifacts = {
    modelTopology,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
  }
  const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts))
  try {
    return await predict(model, inputs)
  } finally {
    model.dispose()
  }
}
