import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parametersFromWeights } from '../../../../src/main/engine/models/weights'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { buildInferenceProgram } from '../../../../src/main/engine/training/trainingProgram'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { noHints } from '../../../../src/shared/importing'
import { testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { folderOfFile } from '../../../support/testFolder'
import { largestDifference } from '../../../support/training'

const activations = [
  ...['selu', 'mish', 'softsign', 'silu', 'gelu', 'relu6', 'elu', 'leaky_relu', 'hard_sigmoid', 'hard_silu'],
]

/** Networks of which each has one of the layers in its middle, with weights that are all random. */
const program = `
import json, os, sys
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras, numpy as np
from keras import layers as L
folder, activations = sys.argv[1], json.loads(sys.argv[2])
x = np.random.default_rng(1).random((2, 8, 6, 1), dtype=np.float32)
open(f"{folder}/x", "wb").write(x.tobytes())
def average():
    i = keras.Input((8, 6, 1))
    a, b, c = (L.Conv2D(4, 3, padding="same")(i) for _ in range(3))
    return keras.Model(i, L.Conv2D(1, 1)(L.Average()([a, b, c])))
def two():
    i = keras.Input((8, 6, 1))
    code = L.Dense(5)(L.Flatten()(i))
    return keras.Model(i, [code, L.Reshape((8, 6, 1))(L.Dense(48, activation="sigmoid")(code))])
middle = {
    "separable": L.SeparableConv2D(6, 3, padding="same", activation="relu"),
    "normalization": L.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 0.5, 0.25]),
    "groups": L.GroupNormalization(2),
    "one_group": L.GroupNormalization(1, scale=False),
    "flip": L.RandomFlip(),
    "elu_2": L.ELU(alpha=2.0),
    **{name: L.Activation(name) for name in activations},
}
models = {name: keras.Sequential([keras.Input((8, 6, 1)), L.Conv2D(4, 3, padding="same"), layer, L.Conv2D(1, 3, padding="same")]) for name, layer in middle.items()}
models["average"], models["two"] = average(), two()
for name, model in models.items():
    random = np.random.default_rng(2)
    model.set_weights([0.3 * random.standard_normal(w.shape).astype(w.dtype) if w.dtype == np.float32 and "normalization/" not in v.path else w for v, w in zip(model.weights, model.get_weights())])
    model.save(f"{folder}/{name}.keras")
    y = model(x, training=False)
    open(f"{folder}/{name}", "wb").write(np.asarray(y[-1] if isinstance(y, list) else y, dtype=np.float32).tobytes())`

describe.skipIf(!hasPeersPython('keras', 'numpy'))('layers of Keras', () => {
  let folder: string
  let client: ComputeClient
  const floats = async (name: string) =>
    new Float32Array(new Uint8Array(await readFile(join(folder, name))).buffer)
  beforeAll(async () => {
    client = testComputeClient()
    folder = await folderOfFile()
    await runPython(program, folder, JSON.stringify(activations))
  })
  afterAll(() => client.dispose())

  it.each([
    ...['separable', 'normalization', 'groups', 'one_group', 'flip', 'elu_2', 'average', 'two'],
    ...activations,
  ])('%s', async (name) => {
    const path = join(folder, `${name}.keras`)
    const { spec, weights } = await client.call('readModelFile', {
      path,
      hints: { ...noHints, range: '0..1' },
    })
    const { program: graph, parameters } = buildInferenceProgram(spec, null)
    const compiled = await createOnnxRuntime().compile(graph)
    try {
      await compiled.write(parameters.toVariables(parametersFromWeights(spec, weights, name)))
      const image = { shape: [2, 48], data: await floats('x') }
      const code = name === 'two' ? (await compiled.run('encode', { image })).code! : null
      const { output, image: drawn } = code
        ? await compiled.run('decode', { code })
        : await compiled.run('reconstruct', { image })
      const found = (output ?? drawn)!.data as Float32Array
      expect(largestDifference(found, await floats(name))).toBeLessThan(1e-5)
    } finally {
      await compiled.dispose()
    }
  })
})
