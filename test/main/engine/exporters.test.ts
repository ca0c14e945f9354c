import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runOnnxFile } from '../../../src/main/engine/runtimes/onnx/runOnnxFile'
import { readWeights } from '../../../src/main/store/checkpointStore'
import { encodeNpy } from '../../../src/main/store/npy'
import type { ModelFiles } from '../../../src/main/worker/protocol'
import {
  exportFormats,
  type ExportFormat,
  type ModelPart,
  modelParts,
  type PixelKind,
} from '../../../src/shared/exporting'
import { codeSize, hasCode, inputSize, type ModelSpec, tyingModes } from '../../../src/shared/modelSpec'
import { testComputeClient } from '../../support/commandLine'
import { hasPeersPython, runPython } from '../../support/peersPython'
import { randomNumbers } from '../../support/randomNumbers'
import { smallSpec } from '../../support/trainedRun'
import { untrainedModel, withRandomWeights } from '../../support/untrainedModel'

const client = testComputeClient()
let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'hourglass-export-'))))
afterAll(async () => {
  await client.dispose()
  await rm(folder, { recursive: true, force: true })
})

/** For a Python without the package: its format in ten lines, under its name. */
const safetensorsReader = `
import importlib.util
if importlib.util.find_spec("safetensors") is None:
    import json, struct, types
    def load_file(path):
        data = open(path, "rb").read()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        part = lambda begin, end: np.frombuffer(data[8 + length + begin : 8 + length + end], "<f4").copy()
        return {n: torch.from_numpy(part(*e["data_offsets"])).reshape(e["shape"]) for n, e in header.items()}
    sys.modules["safetensors"] = types.ModuleType("safetensors")
    sys.modules["safetensors.torch"] = types.ModuleType("safetensors.torch")
    sys.modules["safetensors.torch"].load_file = load_file
`

const images = 64
const grey = { height: 16, width: 16, channels: 1 } as const
const rgb = { height: 16, width: 24, channels: 3 } as const

/** Every kind of model: dense in all ways of tying, and each preset of convolutions. */
const kinds: { name: string; make: () => Promise<ModelFiles> }[] = [
  ...tyingModes.map((tying) => ({
    name: `dense, ${tying}`,
    make: () => withRandomWeights(join(folder, tying), { ...smallSpec, tying } as ModelSpec),
  })),
  ...(
    [
      ['conv-64', rgb],
      ['conv-latent', rgb],
      ['denoise-conv', grey],
      ['denoise-unet', grey],
      ['denoise-patch', grey],
    ] as const
  ).map(([preset, input]) => ({
    name: preset,
    make: () => untrainedModel(join(folder, preset), preset, input),
  })),
]

async function exported(
  model: ModelFiles,
  format: ExportFormat,
  part: ModelPart,
  pixels: PixelKind = 'float',
) {
  const about = { name: 'Test "model"', made_by: 'Hourglass' }
  const { files } = await client.call('exportModel', { model, format, part, pixels, about })
  return new Map(files.map(({ path, bytes }) => [path, bytes]))
}

/** Images, codes and what the model itself makes of them. */
async function own({ spec, weights }: ModelFiles) {
  const random = randomNumbers(5)
  const size = inputSize(spec.input)
  const image = Float32Array.from({ length: images * size }, () => random())
  const model = { spec, weights }
  const target = { runtime: 'onnx', device: 'cpu' } as const
  const full = new Float32Array(images * size)
  const codes: number[] = []
  for (let i = 0; i < images; i++) {
    // Bytes are what can be tried; so the images are bytes.
    const pixels = Uint8Array.from(image.subarray(i * size, (i + 1) * size), (value) =>
      Math.round(value * 255),
    )
    image.set(
      Float32Array.from(pixels, (byte) => byte / 255),
      i * size,
    )
    const { output, code } = await client.call('tryImage', { model, pixels, noise: null, seed: 1, ...target })
    full.set(output, i * size)
    codes.push(...code)
  }
  const code = Float32Array.from(codes)
  const decoded = hasCode(spec)
    ? (await client.call('tryCode', { model, code, ...target })).image
    : new Float32Array(0)
  return { image, full, code, decoded }
}

function expectClose(actual: ArrayLike<number>, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length)
  let worst = 0
  for (let i = 0; i < expected.length; i++)
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!)))
  expect(worst).toBeLessThan(1e-5)
}

describe.each(kinds)('$name', ({ make }) => {
  it('as ONNX gives what the model gives, part by part and put together', async () => {
    const model = await make()
    const { spec } = model
    const { image, full, code, decoded } = await own(model)
    const { height, width, channels } = spec.input
    const imageIn = { shape: [images, height, width, channels], data: image }
    const sigma = { shape: [images, 1], data: new Float32Array(images) }
    const run = async (part: ModelPart, inputs: Parameters<typeof runOnnxFile>[1]) =>
      Object.values(await runOnnxFile((await exported(model, 'onnx', part)).get('model.onnx')!, inputs))[0]!
    expectClose(await run('full', { image: imageIn, ...(spec.noiseLevel ? { sigma } : {}) }), full)
    if (!hasCode(spec)) {
      await expect(exported(model, 'onnx', 'encoder')).rejects.toThrow('no latent code')
      return
    }
    const found = (await run('encoder', { image: imageIn })) as Float32Array
    expectClose(found, code)
    const drawn = await run('decoder', { code: { shape: [images, codeSize(spec)], data: found } })
    expectClose(drawn, decoded)
    expectClose(drawn, full)
  })

  it('takes and gives bytes where it is asked to', async () => {
    const model = await make()
    const { height, width, channels } = model.spec.input
    const { image, full } = await own(model)
    const bytes = Uint8Array.from(image, (value) => Math.round(value * 255))
    const file = (await exported(model, 'onnx', 'full', 'uint8')).get('model.onnx')!
    const sigma = { shape: [images, 1], data: new Float32Array(images) }
    const { reconstruction } = await runOnnxFile(file, {
      image: { shape: [images, height, width, channels], data: bytes },
      ...(model.spec.noiseLevel ? { sigma } : {}),
    })
    expect(reconstruction).toBeInstanceOf(Uint8Array)
    full.forEach((value, i) => {
      const wanted = Math.min(255, Math.max(0, value * 255))
      if (Math.abs(reconstruction![i]! - wanted) > 0.51)
        throw new Error(`${reconstruction![i]} for ${wanted} at ${i}`)
    })
  })
})

/** Every kind in a folder of its own, beside arrays of what goes in and comes out; what Python says of each. */
async function readInPython(
  format: ExportFormat,
  program: string,
): Promise<Map<string, Record<string, unknown>>> {
  const cases: object[] = []
  for (const [i, { name, make }] of kinds.entries()) {
    const model = await make()
    const there = join(folder, `${format}-${i}`)
    await mkdir(there)
    for (const [path, bytes] of await exported(model, format, 'full'))
      await writeFile(join(there, path), bytes)
    const { height, width, channels } = model.spec.input
    const { image, full, code } = await own(model)
    const shape = [images, height, width, channels]
    await writeFile(join(there, 'image.npy'), encodeNpy({ shape, data: image }))
    await writeFile(join(there, 'full.npy'), encodeNpy({ shape, data: full }))
    await writeFile(join(there, 'code.npy'), encodeNpy({ shape: [images, code.length / images], data: code }))
    const { tying, decoder, noiseLevel } = model.spec
    const tied = tying === 'tied' && decoder === 'mirror'
    cases.push({ name, there, tied, has_code: hasCode(model.spec), has_sigma: noiseLevel })
  }
  const said = await runPython(
    `
import json, os, sys
import numpy as np
cases = json.loads(sys.argv[1])
far = lambda a, b: float((np.abs(a - b) / np.maximum(1, np.abs(b))).max())
${program}
for case in cases:
    load = lambda name: np.load(os.path.join(case["there"], name))
    print("RESULT", json.dumps({"name": case["name"], **check(case, load)}))`,
    JSON.stringify(cases),
  )
  const results = said
    .split('\n')
    .filter((line) => line.startsWith('RESULT '))
    .map((line) => JSON.parse(line.slice(7)) as { name: string; far: number[] })
  expect(results.map(({ name }) => name)).toEqual(kinds.map(({ name }) => name))
  for (const { name, far } of results)
    expect({ name, close: Math.max(...far) < 1e-5 }).toEqual({ name, close: true })
  return new Map(results.map((result) => [result.name, result]))
}

it.skipIf(!hasPeersPython('torch'))(
  'PyTorch: the same outputs; it trains on, and keeps its tie',
  async () => {
    const results = await readInPython(
      'pytorch',
      `
import importlib.util, torch
${safetensorsReader}
def check(case, load):
    found = importlib.util.spec_from_file_location("model", os.path.join(case["there"], "model.py"))
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    model = module.Autoencoder.load().eval()
    images, sigma = torch.from_numpy(load("image.npy")), torch.zeros(${images}, 1)
    with torch.no_grad():
        fars = [far(model(images, sigma).numpy(), load("full.npy"))]
        if case["has_code"]:
            fars += [far(model.encode(images).numpy(), load("code.npy"))]
            fars += [far(model.decode(model.encode(images)).numpy(), load("full.npy"))]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    ((model(images[:8], sigma[:8]) - images[:8]) ** 2).mean().backward()
    optimizer.step()
    moved = sum(not torch.equal(before[name], value) for name, value in model.state_dict().items())
    own = sum("decoder" in name and "kernel" in name for name in before)
    return {"far": fars, "moved": moved, "own_kernels": own, "tied": case["tied"]}`,
    )
    for (const { moved, tied, own_kernels: kernels } of results.values()) {
      expect(moved).toBeGreaterThan(0)
      // One parameter read twice: a tied decoder has no kernels of its own, before a step and after it.
      expect(kernels === 0).toBe(tied)
    }
  },
)

it.skipIf(!hasPeersPython('tensorflow'))(
  'TensorFlow reads the SavedModel, each of its signatures',
  async () => {
    await readInPython(
      'savedmodel',
      `
import tensorflow as tf
def check(case, load):
    model = tf.saved_model.load(case["there"])
    images = tf.constant(load("image.npy"))
    extra = {"sigma": tf.zeros((${images}, 1))} if case["has_sigma"] else {}
    run = lambda name, **inputs: model.signatures[name](**inputs)
    fars = [far(run("serving_default", image=images, **extra)["reconstruction"].numpy(), load("full.npy"))]
    if case["has_code"]:
        code = run("encode", image=images)["code"]
        fars += [far(code.numpy(), load("code.npy"))]
        fars += [far(run("decode", code=code)["image"].numpy(), load("full.npy"))]
    return {"far": fars}`,
    )
  },
)

it.skipIf(!hasPeersPython('onnx', 'onnxruntime'))(
  'ONNX’s own checker and its Python runtime agree',
  async () => {
    await readInPython(
      'onnx',
      `
import onnx, onnxruntime
def check(case, load):
    path = os.path.join(case["there"], "model.onnx")
    onnx.checker.check_model(path, full_check=True)
    about = {pair.key: pair.value for pair in onnx.load(path).metadata_props}
    assert about["name"] == 'Test "model"', about
    extra = {"sigma": np.zeros((${images}, 1), np.float32)} if case["has_sigma"] else {}
    (drawn,) = onnxruntime.InferenceSession(path).run(None, {"image": load("image.npy"), **extra})
    return {"far": [far(drawn, load("full.npy"))]}`,
    )
  },
)

it('weights come out bit for bit', async () => {
  const model = await kinds[0]!.make()
  const files = await exported(model, 'pytorch', 'full')
  await writeFile(join(folder, 'again.safetensors'), files.get('weights.safetensors')!)
  const kept = await readWeights(join(folder, 'again.safetensors'))
  const before = await readWeights(model.weights)
  for (const [name, { data }] of Object.entries(kept)) expect(data).toEqual(before[name]!.data)
})

it('every format and part that is not there for a model is refused with a sentence', async () => {
  const model = await kinds[0]!.make()
  for (const format of exportFormats)
    for (const part of modelParts)
      await exported(model, format, part).catch((error: Error) => expect(error.message).toMatch(/\.$/))
  await expect(exported(model, 'pytorch', 'encoder')).rejects.toThrow('encode and decode')
})
