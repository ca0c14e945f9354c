import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runOnnxFile } from '../../../../src/main/engine/runtimes/onnx/runOnnxFile'
import { readWeights } from '../../../../src/main/store/checkpointStore'
import { type ModelPart, modelParts } from '../../../../src/shared/exporting'
import { exportFormats } from '../../../../src/main/engine/exporters/formats'
import { codeSize, hasCode } from '../../../../src/shared/modelSpec'
import {
  expectClose,
  exported,
  folder,
  images,
  kinds,
  own,
  readInPython,
  safetensorsReader,
} from '../../../support/exportedModels'
import { hasPeersPython } from '../../../support/peersPython'

/** Python that loads a PyTorch export. */
const modelReader = `
import importlib.util, torch
${safetensorsReader}
def loaded(case):
    found = importlib.util.spec_from_file_location("model", os.path.join(case["there"], "model.py"))
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module.Autoencoder.load().eval()
`

describe.each(kinds)('$name', ({ make }) => {
  it('as ONNX gives what the model gives, part by part and put together', async () => {
    const model = await make()
    const { spec } = model
    const { image, full, code, decoded } = await own(model)
    const { height, width, channels } = spec.input
    const imageIn = { shape: [images, height, width, channels], data: image }
    const sigma = { shape: [images, 1], data: new Float32Array(images) }
    const run = async (part: ModelPart, inputs: Parameters<typeof runOnnxFile>[1]) =>
      Object.values(
        await runOnnxFile((await exported(model, 'onnx', { part })).get('model.onnx')!, inputs),
      )[0]!
    expectClose(await run('full', { image: imageIn, ...(spec.noiseLevel ? { sigma } : {}) }), full)
    if (!hasCode(spec)) {
      await expect(exported(model, 'onnx', { part: 'encoder' })).rejects.toThrow('no latent code')
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
    const file = (await exported(model, 'onnx', { pixels: 'uint8' })).get('model.onnx')!
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

it.skipIf(!hasPeersPython('torch'))(
  'PyTorch: the same outputs; it trains on, and keeps its tie',
  async () => {
    const results = await readInPython(
      'pytorch',
      `
${modelReader}
def check(case, load):
    model = loaded(case)
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

it.skipIf(!hasPeersPython('torch'))('PyTorch: each half by itself, with no more than it reads', async () => {
  const made = await Promise.all(kinds.map(async (kind) => ({ kind, spec: (await kind.make()).spec })))
  const halved = made.filter(({ spec }) => hasCode(spec)).map(({ kind }) => kind)
  const program = (part: ModelPart) => `
${modelReader}
def check(case, load):
    model = loaded(case)
    with torch.no_grad():
        given = model(torch.from_numpy(load(${part === 'encoder' ? '"image.npy"' : '"code.npy"'}))).numpy()
    return {"far": [far(given, load(${part === 'encoder' ? '"code.npy"' : '"full.npy"'}))], "names": list(model.state_dict())}`
  for (const part of ['encoder', 'decoder'] as const) {
    const results = await readInPython('pytorch', program(part), { part }, halved)
    const other = part === 'encoder' ? 'decoder' : 'encoder'
    for (const { names } of results.values())
      expect(
        (names as string[]).filter((name) => name.includes(`${other}_`) && name.endsWith('_bias')),
      ).toEqual([])
  }
})

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
  const files = await exported(model, 'pytorch')
  await writeFile(join(folder, 'again.safetensors'), files.get('weights.safetensors')!)
  const kept = await readWeights(join(folder, 'again.safetensors'))
  const before = await readWeights(model.weights)
  for (const [name, { data }] of Object.entries(kept)) expect(data).toEqual(before[name]!.data)
})

it('every format and part that is not there for a model is refused with a sentence', async () => {
  const model = await kinds[0]!.make()
  for (const { id: format } of exportFormats.filter(({ load }) => load))
    for (const part of modelParts)
      await exported(model, format, { part }).catch((error: Error) => expect(error.message).toMatch(/\.$/))
  await expect(exported(model, 'training', { part: 'encoder' })).rejects.toThrow('whole model')
})
