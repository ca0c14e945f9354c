import { describe, expect, it } from 'vitest'
import { runLayersModel } from '../../../support/layersModel'
import type { ModelPart } from '../../../../src/shared/exporting'
import { codeSize, hasCode, modelSpecSchema } from '../../../../src/shared/modelSpec'
import {
  expectClose,
  exported,
  folder,
  images,
  kinds,
  own,
  readInPython,
} from '../../../support/exportedModels'
import { hasPeersPython } from '../../../support/peersPython'
import { withRandomWeights } from '../../../support/untrainedModel'

describe.each(kinds)('$name', ({ make }) => {
  it('as TensorFlow.js layers gives what the model gives, part by part and put together', async () => {
    const model = await make()
    const { spec } = model
    const { image, full, code, decoded } = await own(model)
    const { height, width, channels } = spec.input
    // TensorFlow.js computes in JavaScript here: a few images of the large kinds.
    const count = spec.encoder[0]!.type === 'dense' ? images : 2
    const first = (values: Float32Array) => values.subarray(0, (values.length / images) * count)
    const imageIn = { shape: [count, height, width, channels], data: first(image) }
    const sigma = { shape: [count, 1], data: new Float32Array(count) }
    const run = async (part: ModelPart, inputs: Parameters<typeof runLayersModel>[1]) => {
      const files = await exported(model, 'tensorflowjs', { part })
      const layers = { description: files.get('model.json')!, weights: files.get('weights.bin')! }
      return runLayersModel(layers, inputs)
    }
    expectClose(await run('full', spec.noiseLevel ? [imageIn, sigma] : [imageIn]), first(full))
    if (!hasCode(spec)) {
      await expect(exported(model, 'tensorflowjs', { part: 'encoder' })).rejects.toThrow('no latent code')
      return
    }
    const found = await run('encoder', [imageIn])
    expectClose(found, first(code))
    const drawn = await run('decoder', [{ shape: [count, codeSize(spec)], data: found }])
    expectClose(drawn, first(decoded))
    expectClose(drawn, first(full))
  })
})

it('convolutions of every kind are the same layers in TensorFlow.js', async () => {
  const spec = modelSpecSchema.parse({
    input: { height: 11, width: 14, channels: 1 },
    encoder: [
      { type: 'conv', filters: 4, kernel: 4, stride: 3, activation: 'leaky-relu' },
      { type: 'conv', filters: 3, kernel: 3, padding: 'reflect', activation: 'softplus' },
      { type: 'conv', filters: 5, kernel: 2, stride: 3, activation: 'tanh' },
    ],
    output: { activation: 'leaky-relu' },
  })
  for (const tying of ['tied', 'untied'] as const) {
    const model = await withRandomWeights(`${folder}/convolutions-${tying}`, { ...spec, tying })
    const { image, full } = await own(model)
    const files = await exported(model, 'tensorflowjs')
    const layers = { description: files.get('model.json')!, weights: files.get('weights.bin')! }
    expectClose(await runLayersModel(layers, [{ shape: [images, 11, 14, 1], data: image }]), full)
  }
})

it('says why TensorFlow.js does not get a model that it would compute otherwise', async () => {
  const model = await withRandomWeights(
    `${folder}/bilinear`,
    modelSpecSchema.parse({
      input: { height: 8, width: 8, channels: 1 },
      encoder: [
        { type: 'conv', filters: 2 },
        { type: 'pool', upsampling: 'bilinear' },
      ],
    }),
  )
  await expect(exported(model, 'tensorflowjs')).rejects.toThrow('bilinear upsampling')
})

/** @param backend of Keras; shared: whether tied layers are to be */
const check = (backend: string, shared: boolean) => `
os.environ["KERAS_BACKEND"] = "${backend}"
import keras
SHARED = ${shared ? 'True' : 'False'}
def check(case, load):
    if case["tied"] and SHARED:
        sys.path.insert(0, case["there"])
        import hourglass_layers
    model = keras.saving.load_model(os.path.join(case["there"], "model.keras"))
    images = load("image.npy")
    sigma = np.zeros((${images}, 1), np.float32)
    run = lambda network, *inputs: keras.ops.convert_to_numpy(network(list(inputs) if len(inputs) > 1 else inputs[0]))
    fars = [far(run(model, images, sigma) if case["has_sigma"] else run(model, images), load("full.npy"))]
    if case["has_code"]:
        encoder = keras.Model(model.inputs, model.get_layer("code").output)
        fars += [far(run(encoder, images).reshape(load("code.npy").shape), load("code.npy"))]
    kernels = sum("kernel" in weight.path for weight in model.trainable_weights)
    moved = kept = None
    if SHARED and case["tied"]:
        before = [np.copy(weight) for weight in model.get_weights()]
        model.compile("sgd", "mse")
        model.fit([images, sigma] if case["has_sigma"] else images, images, epochs=1, verbose=0)
        moved = sum(not np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
        model.save(os.path.join(case["there"], "again.keras"))
        again = keras.saving.load_model(os.path.join(case["there"], "again.keras"))
        kept = all(np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights()))
    return {"far": fars, "kernels": kernels, "moved": moved, "kept": kept}`

it.skipIf(!hasPeersPython('tensorflow', 'keras'))(
  'Keras on TensorFlow loads every kind without our code',
  async () => {
    await readInPython('keras', check('tensorflow', false))
  },
)

it.skipIf(!hasPeersPython('torch', 'keras'))(
  'Keras on PyTorch loads every kind without our code',
  async () => {
    await readInPython('keras', check('torch', false), { part: 'full' })
  },
)

it.skipIf(!hasPeersPython('tensorflow', 'keras'))(
  'Keras trains tied layers on, and keeps their tie',
  async () => {
    const specs = await Promise.all(kinds.map(async ({ make }) => (await make()).spec))
    const tied = kinds.filter((_, i) => specs[i]!.tying === 'tied' && specs[i]!.decoder === 'mirror')
    const results = await readInPython('keras', check('tensorflow', true), { tiedAs: 'shared' }, tied)
    for (const [name, { moved, kept, kernels }] of results) {
      expect({ name, kept }).toEqual({ name, kept: true })
      expect(moved).toBeGreaterThan(0)
      const spec = (await kinds.find((kind) => kind.name === name)!.make()).spec
      expect(kernels).toBe(spec.encoder.filter(({ type }) => type !== 'pool').length)
    }
  },
)
