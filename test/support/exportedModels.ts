import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { encodeNpy } from '../../src/main/store/npy'
import type { ModelFiles } from '../../src/main/worker/protocol'
import type { ExportedAs } from '../../src/shared/exporting'
import { hasCode, inputSize, type ModelSpec, tyingModes } from '../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'
import { testComputeClient } from './commandLine'
import { runPython } from './peersPython'
import { randomNumbers } from './randomNumbers'
import { smallSpec } from './trainedRun'
import { untrainedModel, withRandomWeights } from './untrainedModel'

const client = testComputeClient()
export let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'hourglass-export-'))))
afterAll(async () => {
  await client.dispose()
  await rm(folder, { recursive: true, force: true })
})

/** The part of the package safetensors that our files need, for a Python without it. */
export const safetensorsModule = `
import json, struct
import numpy as np, torch
def load_file(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    part = lambda begin, end: np.frombuffer(data[8 + length + begin : 8 + length + end], "<f4").copy()
    return {n: torch.from_numpy(part(*e["data_offsets"])).reshape(e["shape"]) for n, e in header.items()}
def save_file(tensors, path, metadata=None):
    header, parts, end = {"__metadata__": metadata or {}}, [], 0
    for name, tensor in tensors.items():
        parts.append(tensor.numpy().astype("<f4").tobytes())
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + len(parts[-1])]}
        end += len(parts[-1])
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + b"".join(parts))
`

/** Puts it in its place where it is missing. */
export const safetensorsReader = `
import importlib.util
if importlib.util.find_spec("safetensors") is None:
    import types
    made = types.ModuleType("safetensors.torch")
    exec(${JSON.stringify(safetensorsModule)}, made.__dict__)
    sys.modules["safetensors"] = types.ModuleType("safetensors")
    sys.modules["safetensors.torch"] = made
`

export const images = 64
const grey = { height: 16, width: 16, channels: 1 } as const
const rgb = { height: 16, width: 24, channels: 3 } as const

export interface Kind {
  readonly name: string
  readonly make: () => Promise<ModelFiles>
}

/** Every kind of model: dense in all ways of tying, and each preset of convolutions. Each is made once. */
export const kinds: readonly Kind[] = [
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
].map(({ name, make }) => {
  let made: Promise<ModelFiles> | undefined
  return { name, make: () => (made ??= make()) }
})

/** A model as files of a format, by their paths. */
export async function exported(
  model: ModelFiles,
  format: string,
  { part = 'full', pixels = 'float', precision = 'float32', tiedAs = 'transposes' }: Partial<ExportedAs> = {},
) {
  const about = { name: 'Test "model"', made_by: 'Hourglass' }
  const as = { format, part, pixels, precision, tiedAs }
  const training = trainingConfigSchema.parse({})
  const out = await mkdtemp(join(folder, 'out-'))
  const { files } = await client.call('exportModel', { model, as, about, training, folder: out })
  const read = files.map(async ({ path, bytes }): Promise<[string, Uint8Array]> => {
    const content = await readFile(join(out, path))
    expect(content).toHaveLength(bytes)
    return [path, content]
  })
  const all = new Map(await Promise.all(read))
  await rm(out, { recursive: true })
  return all
}

/** Images, codes and what the model itself makes of them. */
export function own(model: ModelFiles): ReturnType<typeof computed> {
  let known = knownOf.get(model)
  if (!known) knownOf.set(model, (known = computed(model)))
  return known
}
const knownOf = new WeakMap<ModelFiles, ReturnType<typeof computed>>()

async function computed({ spec, weights }: ModelFiles) {
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

export function expectClose(actual: ArrayLike<number>, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length)
  let worst = 0
  for (let i = 0; i < expected.length; i++)
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!)))
  expect(worst).toBeLessThan(1e-5)
}

let exports = 0

/** Each kind in a folder of its own, beside arrays of what goes in and comes out; what Python says of each. */
export async function readInPython(
  format: string,
  program: string,
  options: Partial<ExportedAs> = {},
  of: readonly Kind[] = kinds,
): Promise<Map<string, Record<string, unknown>>> {
  const cases: object[] = []
  for (const [i, { name, make }] of of.entries()) {
    const model = await make()
    const there = join(folder, `${format}-${exports++}-${i}`)
    await mkdir(there)
    for (const [path, bytes] of await exported(model, format, options))
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
  expect(results.map(({ name }) => name)).toEqual(of.map(({ name }) => name))
  for (const { name, far } of results)
    expect({ name, close: Math.max(...far) < 1e-5 }).toEqual({ name, close: true })
  return new Map(results.map((result) => [result.name, result]))
}
