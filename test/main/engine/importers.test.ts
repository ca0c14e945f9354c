import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownWeights } from '../../../src/shared/ownWeights'
import { readWeights } from '../../../src/main/store/checkpointStore'
import { writeSafetensors } from '../../../src/main/store/safetensors'
import type { ModelFiles } from '../../../src/main/worker/protocol'
import { type ImportHints, noHints } from '../../../src/shared/importing'
import type { ExportedAs } from '../../../src/shared/exporting'
import { codeSize, inputSize } from '../../../src/shared/modelSpec'
import { testComputeClient } from '../../support/commandLine'
import { expectClose, exported, kinds } from '../../support/exportedModels'
import { hasPeersPython, runPython } from '../../support/peersPython'
import { randomNumbers } from '../../support/randomNumbers'

const client = testComputeClient()
let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'hourglass-import-'))))
afterAll(async () => {
  await client.dispose()
  await rm(folder, { recursive: true, force: true })
})

const read = (path: string, hints: Partial<ImportHints> = {}) =>
  client.call('readModelFile', { path, hints: { ...noHints, ...hints } })

/** The file that an importer is given, of each format that can be read again. */
const formats: readonly (readonly [string, string, Partial<ExportedAs>])[] = [
  ['onnx', 'model.onnx', {}],
  ['savedmodel', 'saved_model.pb', {}],
  ['tensorflowjs', 'model.json', {}],
  ['keras', 'model.keras', {}],
  ['keras', 'model.keras', { tiedAs: 'shared' }],
  ['pytorch', 'weights.safetensors', {}],
  ['json', 'model.json', {}],
]

describe.each(kinds)('$name', ({ make }) => {
  it('comes back bit for bit from every format that can be read', async () => {
    const model = await make()
    // A tied kernel comes back once, whether or not the format writes its transpose out.
    const known = ownWeights(model.spec, await readWeights(model.weights))
    for (const [i, [format, file, options]] of formats.entries()) {
      const there = await mkdtemp(join(folder, `${format}-${i}-`))
      for (const [path, bytes] of await exported(model, format, options))
        await writeFile(join(there, path), bytes)
      const { spec, weights, notes, name } = await read(join(there, file))
      expect({ format, spec, notes, name }).toEqual({
        format,
        spec: model.spec,
        notes: [],
        name: 'Test "model"',
      })
      expect(Object.keys(weights).sort()).toEqual(Object.keys(known).sort())
      for (const [weight, { data }] of Object.entries(weights))
        if (!Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(bytesOf(known[weight]!.data)))
          throw new Error(`${weight} differs as ${format}`)
    }
  })
})

const bytesOf = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

it('says that weights were rounded, and that a part alone is no model', async () => {
  const model = await kinds[0]!.make()
  const half = (await exported(model, 'onnx', { precision: 'int8' })).get('model.onnx')!
  await writeFile(join(folder, 'int8.onnx'), half)
  expect((await read(join(folder, 'int8.onnx'))).notes.join()).toContain('rounded weights')
  const encoder = (await exported(model, 'keras', { part: 'encoder' })).get('model.keras')!
  await writeFile(join(folder, 'encoder.keras'), encoder)
  await expect(read(join(folder, 'encoder.keras'))).rejects.toThrow('export the model whole')
})

/** Output of an imported model, of images as they are. */
async function outputs({ spec, weights }: Awaited<ReturnType<typeof read>>, images: Float32Array) {
  const path = join(folder, `${Math.random()}.safetensors`)
  const tensors = Object.entries(weights).map(([name, { shape, data }]) => [
    name,
    { dtype: 'F32' as const, shape: [...shape], data },
  ])
  await writeSafetensors(path, { tensors: Object.fromEntries(tensors), metadata: {} })
  const model: ModelFiles = { spec, weights: path }
  const size = inputSize(spec.input)
  const all: number[] = []
  for (let i = 0; i < images.length; i += size) {
    const pixels = Uint8Array.from(images.subarray(i, i + size), (value) => Math.round(value * 255))
    const tried = { model, pixels, noise: null, seed: 1, runtime: 'onnx', device: 'cpu' } as const
    all.push(...(await client.call('tryImage', tried)).output)
  }
  return Float32Array.from(all)
}

/** Bytes as floats, so that both sides see the same. */
const images = (size: number) => {
  const random = randomNumbers(9)
  return Float32Array.from({ length: 3 * size }, () => Math.round(random() * 255) / 255)
}

/** The same as Python gets them: arguments cannot be long. */
const asBytes = (values: Float32Array) =>
  JSON.stringify(Array.from(values, (value) => Math.round(value * 255)))

/** What a network gave in Python for the images that Python was given. */
const saidBy = async (name: string) =>
  Float32Array.from(JSON.parse(await readFile(join(folder, `${name}.said`), 'utf8')) as number[])

describe.skipIf(!hasPeersPython('tensorflow', 'keras'))('models made in Keras', () => {
  const given = images(784)
  beforeAll(() =>
    runPython(
      `
import json, os, sys
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras, numpy as np
L = keras.layers
folder, given = sys.argv[1:3]
pixels = np.array(json.loads(given), np.float32) / 255
networks = {
    "rows": [keras.Input((28, 28, 1)), L.Flatten(), L.Dense(64, "relu"), L.Dense(16), L.Dense(64, "relu"), L.Dense(784, "sigmoid"), L.Reshape((28, 28, 1))],
    "halves": [keras.Input((784,)), keras.Sequential([keras.Input((784,)), L.Dense(32, "tanh")]), keras.Sequential([keras.Input((32,)), L.Dense(784, "sigmoid")])],
    "convolutions": [keras.Input((28, 28, 1)), L.Conv2D(8, 3, padding="same", activation="relu"), L.MaxPooling2D(2), L.Conv2D(4, 3, strides=2, padding="same"), L.LeakyReLU(negative_slope=0.2), L.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu"), L.UpSampling2D(2), L.Conv2D(1, 3, padding="same", activation="sigmoid")],
    "norm": [keras.Input((28, 28, 1)), L.Flatten(), L.Dense(9), L.UnitNormalization(name="middle"), L.Dense(784)],
    "normal": [keras.Input((28, 28, 1)), L.Conv2D(6, 3, padding="same", activation="gelu"), L.LayerNormalization(), L.Conv2D(6, 3, padding="same"), L.LayerNormalization(scale=False), L.Conv2D(1, 3, padding="same")],
    # The convolutional autoencoder of Keras's blog, whose decoder is no mirror; and the one of many a tutorial.
    "blog": [keras.Input((28, 28, 1)), L.Conv2D(16, 3, padding="same", activation="relu"), L.MaxPooling2D(2, padding="same"), L.Conv2D(8, 3, padding="same", activation="relu"), L.MaxPooling2D(2), L.Conv2D(8, 3, padding="same", activation="relu"), L.UpSampling2D(2), L.Conv2D(16, 3, activation="relu"), L.ZeroPadding2D(1), L.UpSampling2D(2), L.Conv2D(1, 3, padding="same", activation="sigmoid")],
    "batches": [keras.Input((28, 28, 1)), L.Conv2D(8, 3, strides=2, padding="same"), L.LeakyReLU(negative_slope=0.2), L.BatchNormalization(), L.Conv2D(4, 3, strides=2, padding="same"), L.BatchNormalization(scale=False), L.ReLU(max_value=6), L.Flatten(), L.Dense(10), L.Dense(196), L.Reshape((7, 7, 4)), L.Conv2DTranspose(8, 4, strides=2, padding="same"), L.PReLU(shared_axes=[1, 2]), L.Conv2DTranspose(4, 2, strides=2, padding="valid", activation="silu"), L.DepthwiseConv2D(3, padding="same"), L.Conv2D(1, 3, padding="same"), L.Activation("sigmoid")],
}
def skips():
    x = keras.Input((28, 28, 1))
    a = L.Conv2D(6, 3, padding="same", activation="relu")(L.Rescaling(2.0, -1.0)(x))
    inner = keras.Sequential([keras.Input((14, 14, 6)), L.Conv2D(8, 3, padding="same", activation="elu"), L.Dropout(0.2)])
    b = L.Conv2DTranspose(6, 3, strides=2, padding="same")(inner(L.AveragePooling2D(2)(a)))
    gate = L.Conv2D(6, 1, activation="sigmoid")(L.GlobalAveragePooling2D(keepdims=True)(b))
    y = L.Concatenate()([a, L.Multiply()([b, gate])])
    return keras.Model(x, L.Add()([x, L.Conv2D(1, 3, padding="same")(y)]))
models = {name: keras.Sequential(layers) for name, layers in networks.items()}
models["skips"] = skips()
for name, model in models.items():
    model.set_weights([np.abs(w + 0.03 * np.random.default_rng(1).standard_normal(w.shape)) if "variance" in v.path else w + 0.03 * np.random.default_rng(1).standard_normal(w.shape) for v, w in zip(model.weights, model.get_weights())])
    model.save(f"{folder}/{name}.keras")
    said = keras.ops.convert_to_numpy(model(pixels.reshape(3, *model.inputs[0].shape[1:])))
    open(f"{folder}/{name}.said", "w").write(json.dumps(said.ravel().tolist()))`,
      folder,
      asBytes(given),
    ),
  )

  it.each([
    ['dense layers in a row', 'rows'],
    ['an encoder and a decoder as networks of their own', 'halves'],
    ['convolutions, pooling and enlarging', 'convolutions'],
  ])('%s', async (_, name) => {
    const model = await read(join(folder, `${name}.keras`))
    expect(model.spec.tying).toBe('untied')
    expectClose(await outputs(model, given), await saidBy(name))
  })

  it.each([
    ['blog', 392],
    ['batches', 10],
    ['skips', 0],
    ['normal', 0],
  ])('as they stand where no half mirrors the other: %s', async (name, code) => {
    const model = await read(join(folder, `${name}.keras`))
    expect(model.spec.network).toBeDefined()
    expect(codeSize(model.spec)).toBe(code)
    expectClose(await outputs(model, given), await saidBy(name))
  })

  it('names the layer that it cannot hold', async () => {
    await expect(read(join(folder, 'norm.keras'))).rejects.toThrow('"middle" is a UnitNormalization layer')
  })
})

describe.skipIf(!hasPeersPython('torch', 'onnx'))('models made in PyTorch', () => {
  const grey = images(784)
  const rgb = images(2352)
  beforeAll(() =>
    runPython(
      `
import json, sys, torch
from torch import nn
torch.manual_seed(1)
dense = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 12), nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))
conv = nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 4, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 49, 20), nn.Linear(20, 16 * 49), nn.ReLU(), nn.Unflatten(1, (16, 7, 7)), nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Sigmoid())
odd = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.ConvTranspose2d(8, 1, 3, 2, 1, output_padding=1))
norm = nn.Sequential(nn.Conv2d(1, 8, 3, 1, 1), nn.LPPool2d(2, 1), nn.Conv2d(8, 1, 3, 1, 1))
class DnCNN(nn.Module):
    def __init__(self):
        super().__init__()
        hidden = [layer for _ in range(2) for layer in (nn.Conv2d(6, 6, 3, 1, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU())]
        self.net = nn.Sequential(nn.Conv2d(1, 6, 3, 1, 1), nn.ReLU(), *hidden, nn.Conv2d(6, 1, 3, 1, 1))
    def forward(self, x):
        return (x - self.net(x)).clamp(0, 1)
dncnn = DnCNN()
tanh = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 784), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))
folder, grey, rgb = sys.argv[1:4]
networks = {"dense": dense, "conv": conv, "odd": odd, "norm": norm, "dncnn": dncnn, "tanh": tanh, "bytes": dense[:-2]}
for name, model in networks.items():
    pixels = torch.tensor(json.loads(rgb if name == "conv" else grey)) / 255
    x = pixels.reshape(3, 28, 28, -1).permute(0, 3, 1, 2)
    torch.onnx.export(model.eval(), (x[:1],), f"{folder}/{name}.onnx", dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "n"}})
    with torch.no_grad():
        y = model(2 * x - 1) / 2 + 0.5 if name == "tanh" else model(255 * x).reshape(x.shape) / 255 if name == "bytes" else model(x)
    open(f"{folder}/{name}.said", "w").write(json.dumps(y.permute(0, 2, 3, 1).ravel().tolist()))`,
      folder,
      asBytes(grey),
      asBytes(rgb),
    ),
  )
  const readNamed = (name: string, hints: Partial<ImportHints> = {}) =>
    read(join(folder, `${name}.onnx`), hints)

  it.each([
    ['dense', grey],
    ['conv', rgb],
  ])('as ONNX: %s', async (name, given) => {
    expectClose(await outputs(await readNamed(name), given), await saidBy(name))
  })

  it('takes images in other ranges, which it tells or is told', async () => {
    const model = await readNamed('tanh')
    expect(model.notes.join()).toContain('assumed to be in -1..1')
    expectClose(await outputs(model, grey), await saidBy('tanh'))
    expectClose(await outputs(await readNamed('bytes', { range: '0..255' }), grey), await saidBy('bytes'))
  })

  it('takes a denoiser that gives the noise', async () => {
    const model = await readNamed('dncnn')
    expect(model.spec).toMatchObject({ decoder: 'convolution', output: { residual: true } })
    expect(model.notes.join()).toContain('sigma 25')
    const found = (await outputs(model, grey)).map((value) => Math.min(1, Math.max(0, value)))
    expectClose(found, await saidBy('dncnn'))
  })

  it('takes a network that is no mirror as it stands', async () => {
    const model = await readNamed('odd')
    expect(model.spec.network?.nodes.map(({ op }) => op)).toEqual(['conv', 'conv-transposed'])
    expectClose(await outputs(model, grey), await saidBy('odd'))
  })

  it('names what keeps a network from being read', async () => {
    expect((await readNamed('norm')).notes.join()).toContain('operator Sign')
  })
})

describe('a safetensors file of PyTorch', () => {
  const random = randomNumbers(4)
  const tensor = (...shape: number[]) => ({
    dtype: 'F32' as const,
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() - 0.5),
  })

  it('is read in the order of its names, with activations that are said or assumed', async () => {
    const path = join(folder, 'torch.safetensors')
    const tensors = {
      'decoder.0.weight': tensor(20, 6),
      'decoder.0.bias': tensor(20),
      'decoder.2.weight': tensor(64, 20),
      'decoder.2.bias': tensor(64),
      'encoder.0.weight': tensor(20, 64),
      'encoder.0.bias': tensor(20),
      'encoder.2.weight': tensor(6, 20),
      'encoder.2.bias': tensor(6),
    }
    await writeSafetensors(path, { tensors, metadata: { format: 'pt' } })
    const { spec, weights, notes } = await read(path)
    expect(spec.encoder).toMatchObject([
      { units: 20, activation: 'relu' },
      { units: 6, activation: 'linear' },
    ])
    expect(spec).toMatchObject({
      input: { width: 8, height: 8, channels: 1 },
      tying: 'untied',
      output: { activation: 'sigmoid' },
    })
    expect(notes).toHaveLength(4)
    expect(notes.at(-1)).toMatch(/^Not proved: /)
    expect(weights['encoder.0.kernel']!.data[1]).toBe(tensors['encoder.0.weight'].data[64])
    const said = await read(path, {
      hidden: 'tanh',
      code: 'linear',
      output: 'linear',
      input: { width: 16, height: 4, channels: 1 },
    })
    // What such random numbers give is no image, which is said.
    expect(said.notes.map((note) => note.slice(0, 10))).toEqual(['Of a test ', 'Not proved'])
    expect(said.spec).toMatchObject({ input: { width: 16, height: 4 }, output: { activation: 'linear' } })
  })

  it('is tied where the decoder is the transpose, and where it has biases alone', async () => {
    const path = join(folder, 'tied.safetensors')
    await writeSafetensors(path, {
      tensors: { 'encoder.weight': tensor(9, 64), 'encoder.bias': tensor(9), decoder_bias: tensor(64) },
      metadata: {},
    })
    const { spec, weights } = await read(path)
    expect(spec.tying).toBe('tied')
    expect(weights['decoder.0.bias']!.shape).toEqual([64])
  })
})

it('refuses pickles, HDF5 files, folders and what is nothing, each with a sentence', async () => {
  const refused = async (name: string, content: string | Uint8Array, sentence: string) => {
    await writeFile(join(folder, name), content)
    await expect(read(join(folder, name))).rejects.toThrow(sentence)
  }
  await refused('a.pt', Uint8Array.of(0x80, 2, 0x63), 'pickle')
  await refused('b.h5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10), 'it is no HDF5 file')
  await refused('c.onnx', '', 'holds no network')
  await refused('d.json', '{"a": 1}', 'no layers model')
  await refused('e.json', '{', 'is not JSON')
  await refused('f.onnx', 'hello, this is a text and no model', 'no sound ONNX file')
  await mkdir(join(folder, 'a-folder'))
  await expect(read(join(folder, 'a-folder'))).rejects.toThrow('is no file')
  await expect(read(join(folder, 'nowhere.onnx'))).rejects.toThrow('nowhere.onnx')
})
