import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { exportFormat } from '../../../src/main/engine/exporters/formats'
import { writeHdf5 } from '../../../src/main/engine/files/hdf5'
import { storedWeights } from '../../../src/main/engine/exporters/precision'
import { type FileToImport, importFile } from '../../../src/main/engine/importers/importFile'
import { initializeParameters } from '../../../src/main/engine/models/initialize'
import { explicitWeights } from '../../../src/main/engine/models/weights'
import { ModelProto } from '../../../src/main/engine/runtimes/onnx/protos'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../../../src/main/store/safetensors'
import { ExpectedError } from '../../../src/shared/errors'
import { noHints } from '../../../src/shared/importing'
import { modelSpecSchema } from '../../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../../src/shared/trainingConfig'
import { foreignSavedModel } from '../../support/foreignSavedModel'
import { randomNumbers } from '../../support/randomNumbers'
import { bytesByPath } from '../../support/exportedBytes'

/** The HDF5 library prints pages about damaged files, wherever the console was when it was loaded. */
vi.hoisted(() => (console.error = () => undefined))

/** FUZZ_FILES=100000 npx vitest run test/main/engine/importerFuzz: the long form of it, some minutes. */
const files = Number(process.env.FUZZ_FILES ?? 10_000)

interface Seed {
  readonly name: string
  readonly bytes: Uint8Array
  readonly beside: Readonly<Record<string, Uint8Array>>
  /** Whether it says nothing of Hourglass, and is read operation by operation. */
  readonly foreign?: boolean
  /** Of dense layers alone: how many there are. */
  readonly dense?: number
  /** What is said of it when it is sound. */
  readonly refused?: RegExp
}

const spec = modelSpecSchema.parse({
  input: { height: 4, width: 4, channels: 1 },
  encoder: [
    { type: 'conv', filters: 2, stride: 2 },
    { type: 'dense', units: 3 },
  ],
  tying: 'untied',
})
let seeds: Seed[]

beforeAll(async () => {
  const weights = explicitWeights(spec, initializeParameters(spec))
  const about = { name: 'Seed' }
  const model = {
    spec,
    weights: storedWeights(weights, 'float32'),
    about,
    training: trainingConfigSchema.parse({}),
  }
  const options = { part: 'full', pixels: 'float', precision: 'float32', tiedAs: 'transposes' } as const
  const tensors = Object.entries(weights).map(([name, { shape, data }]): [string, StoredTensor] => [
    name,
    { dtype: 'F32', shape: [...shape], data },
  ])
  const stored = encodeSafetensors(Object.fromEntries(tensors), { hourglass_spec: JSON.stringify(spec) })
  const made = async (format: string, main: string): Promise<Seed> => {
    const written = await (await exportFormat(format).load!()).write(model, options)
    const bytes = bytesByPath(written)
    return { name: main, bytes: bytes.get(main)!, beside: Object.fromEntries(bytes) }
  }
  const info = {
    ...{ version: 1, name: 'Seed', spec, input: spec.input, createdAt: new Date(0).toISOString() },
    ...{ trainedOn: { dataset: 'd', images: 1, noise: null }, metrics: null, versions: {} },
  }
  const zipped = zipSync({ 'model.json': strToU8(JSON.stringify(info)), 'weights.safetensors': stored })
  seeds = [
    await made('onnx', 'model.onnx'),
    await made('savedmodel', 'saved_model.pb'),
    await made('tensorflowjs', 'model.json'),
    await made('keras', 'model.keras'),
    await made('json', 'model.json'),
    { name: 'weights.safetensors', bytes: stored, beside: {} },
    { name: 'model.hourglass', bytes: zipped, beside: {} },
    ...(await foreignSeeds()),
  ]
})

/** Files as other programs write them: a network with branches, and its layers. */
async function foreignSeeds(): Promise<Seed[]> {
  const branches = modelSpecSchema.parse({
    input: { height: 8, width: 8, channels: 1 },
    encoder: [{ type: 'conv', filters: 2 }, { type: 'pool' }, { type: 'conv', filters: 3, stride: 2 }],
    tying: 'untied',
    skips: true,
    output: { residual: true },
  })
  const weights = explicitWeights(branches, initializeParameters(branches))
  const model = {
    ...{ spec: branches, weights: storedWeights(weights, 'float32'), about: {} },
    training: trainingConfigSchema.parse({}),
  }
  const options = { part: 'full', pixels: 'float', precision: 'float32', tiedAs: 'transposes' } as const
  const bytesOf = async (format: string) => {
    const [bytes] = bytesByPath(await (await exportFormat(format).load!()).write(model, options)).values()
    return bytes!
  }
  const graph = ModelProto.decode(await bytesOf('onnx')) as unknown as { metadataProps: unknown[] }
  graph.metadataProps = []
  const whole = ModelProto.encode(graph as never).finish()
  const nodes = (graph as unknown as { graph: { node: object[] } }).graph.node
  // As quantisation puts them around what a layer gives: it is refused, whatever else is damaged.
  nodes.push({ opType: 'QuantizeLinear', input: ['y', 'scale'], output: ['q'], name: 'q' })
  const quantized = ModelProto.encode(graph as never).finish()
  const saved = foreignSavedModel()
  const layers = unzipSync(await bytesOf('keras'))
  delete layers['hourglass.json']
  return [
    { name: 'foreign.onnx', bytes: whole, beside: {}, foreign: true },
    { name: 'quantized.onnx', bytes: quantized, beside: {}, refused: /quantised: .+"q", QuantizeLinear/ },
    { name: 'saved_model.pb', bytes: saved['saved_model.pb']!, beside: saved, dense: 2 },
    { name: 'foreign.keras', bytes: zipSync(layers, { level: 0 }), beside: {}, foreign: true },
    { name: 'weights.pth', bytes: torchFile(), beside: {}, dense: 2 },
    { name: 'layers.h5', bytes: await kerasH5(), beside: {}, dense: 2 },
  ]
}

const ramp = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 11 - 0.5)

/** A state_dict of two layers as torch.save writes it. */
function torchFile(): Uint8Array {
  const text = (value: string) => [0x58, value.length, 0, 0, 0, ...Buffer.from(value)]
  const storage = (key: string, count: number) => [
    ...[0x28, ...text('storage'), ...Buffer.from('ctorch\nFloatStorage\n'), ...text(key), ...text('cpu')],
    ...[0x4b, count, 0x74, 0x51],
  ]
  const tensor = (name: string, key: string, shape: readonly number[]) => {
    const count = shape.reduce((a, b) => a * b, 1)
    const tuple = (sides: readonly number[]) => [0x28, ...sides.flatMap((side) => [0x4b, side]), 0x74]
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1))
    const rebuild = [...Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n'), 0x28, ...storage(key, count)]
    const rest = [0x4b, 0, ...tuple(shape), ...tuple(strides), 0x89, 0x7d, 0x74, 0x52]
    return { pickled: [...text(name), ...rebuild, ...rest], data: new Uint8Array(ramp(count).buffer) }
  }
  const tensors = [
    tensor('encoder.0.weight', '0', [4, 16]),
    tensor('encoder.0.bias', '1', [4]),
    tensor('decoder.0.weight', '2', [16, 4]),
  ]
  const pickle = [0x80, 2, 0x7d, 0x28, ...tensors.flatMap(({ pickled }) => pickled), 0x75, 0x2e]
  return zipSync(
    {
      'w/data.pkl': Uint8Array.from(pickle),
      ...Object.fromEntries(tensors.map(({ data }, i) => [`w/data/${i}`, data])),
    },
    { level: 0 },
  )
}

/** Layers as Keras kept them in HDF5, here by their places alone. */
async function kerasH5(): Promise<Uint8Array> {
  const path = join(await mkdtemp(join(tmpdir(), 'hourglass-h5-')), 'layers.h5')
  await writeHdf5(path, [
    { path: ['layers', 'dense', 'vars', '0'], shape: [16, 4], data: ramp(64) },
    { path: ['layers', 'dense', 'vars', '1'], shape: [4], data: ramp(4) },
    { path: ['layers', 'dense_1', 'vars', '0'], shape: [4, 16], data: ramp(64) },
  ])
  return new Uint8Array(await readFile(path))
}

const read = ({ name, bytes, beside }: Seed) => {
  const file: FileToImport = {
    name,
    bytes,
    beside: (other) =>
      beside[other]
        ? Promise.resolve(beside[other])
        : Promise.reject(new ExpectedError('not-found', 'None.')),
    safetensors: (content) => {
      const { tensors, metadata } = decodeSafetensors(content, name)
      const floats = Object.entries(tensors).flatMap(([tensor, { dtype, shape, data }]) =>
        dtype === 'F32' ? [[tensor, { shape, data }] as const] : [],
      )
      return { weights: Object.fromEntries(floats), metadata }
    },
  }
  return importFile(file, noHints)
}

const extremes = [0, 1, 0x7f, 0x80, 0xff]

/** A few of: other bytes, extreme ones, a piece left out, doubled or put elsewhere, an end that is missing. */
function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  // Not slice: of a Buffer that would be the same memory.
  let result = new Uint8Array(bytes)
  const at = () => Math.floor(random() * Math.max(1, result.length))
  const times = 1 + Math.floor(random() * 6)
  for (let i = 0; i < times; i++) {
    const kind = Math.floor(random() * 6)
    const [from, to] = [at(), at()].sort((a, b) => a - b) as [number, number]
    const piece = result.slice(from, Math.min(to, from + 64))
    if (kind === 0) result[from] = Math.floor(random() * 256)
    else if (kind === 1)
      result.fill(extremes[Math.floor(random() * 5)]!, from, from + 1 + Math.floor(random() * 8))
    else if (kind === 2) result = joined(result.subarray(0, from), result.subarray(from + piece.length))
    else if (kind === 3) result = joined(result.subarray(0, to), piece, result.subarray(to))
    else if (kind === 4) result.set(piece.subarray(0, result.length - to), to)
    else if (random() < 0.3) result = result.slice(0, to)
  }
  return result
}

/** The same with one of the files in a zip, which is sound itself. */
function mutatedInside(bytes: Uint8Array, random: () => number): Uint8Array {
  const files = unzipSync(bytes)
  const names = Object.keys(files)
  const name = names[Math.floor(random() * names.length)]!
  return zipSync({ ...files, [name]: mutated(files[name]!, random) }, { level: 0 })
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

describe('files of models that are damaged in any way', () => {
  it('are read, or refused with a sentence: nothing else, and nothing that takes long or much memory', async () => {
    const random = randomNumbers(Number(process.env.FUZZ_SEED ?? 1))
    let [refused, slowest] = [0, 0]
    const before = process.memoryUsage().rss
    for (let i = 0; i < files; i++) {
      const seed = seeds[i % seeds.length]!
      const inside = Object.keys(seed.beside).filter((name) => /\.bin$|^variables/.test(name))
      const picked = inside[Math.floor(random() * inside.length)]
      const other = picked !== undefined && random() < 0.4 ? picked : null
      const packed = seed.bytes[0] === 0x50 && random() < 0.7
      const damaged: Seed = packed
        ? { ...seed, bytes: mutatedInside(seed.bytes, random) }
        : other
          ? { ...seed, beside: { ...seed.beside, [other]: mutated(seed.beside[other]!, random) } }
          : { ...seed, bytes: mutated(seed.bytes, random) }
      const started = performance.now()
      try {
        await read(damaged)
      } catch (error) {
        if (!(error instanceof ExpectedError)) throw new Error(`File ${i}, ${seed.name}`, { cause: error })
        expect(error.message).toMatch(/\.$/)
        refused++
      }
      slowest = Math.max(slowest, performance.now() - started)
    }
    expect(refused).toBeGreaterThan(files / 3)
    // Readers are as good as new: what is sound is read still.
    for (const seed of seeds) {
      if (seed.refused) {
        await expect(read(seed)).rejects.toThrow(seed.refused)
        continue
      }
      const found = (await read(seed)).spec
      if (seed.dense) expect(2 * found.encoder.length).toBe(seed.dense)
      else if (seed.foreign) expect(found.network?.output).toBeDefined()
      else expect(found).toEqual(spec)
    }
    const grown = (process.memoryUsage().rss - before) / 1e6
    console.log(
      `${files} files, ${refused} refused, slowest ${slowest.toFixed(0)} ms, ${grown.toFixed(0)} MB more`,
    )
    expect(grown).toBeLessThan(1500)
  }, 3_600_000)

  it('that claim to be enormous are refused before they are unpacked', async () => {
    const bomb = zipSync({
      'config.json': new Uint8Array(20_000_000),
      'model.weights.h5': new Uint8Array(8),
    })
    await expect(read({ name: 'bomb.keras', bytes: bomb, beside: {} })).rejects.toThrow('20000000 bytes')
    // A zip that lies about the size of what is in it is unpacked no further than it says.
    const liar = bomb.slice()
    const view = new DataView(liar.buffer)
    for (let at = 0; at < liar.length - 4; at++)
      if (view.getUint32(at, true) === 20_000_000) view.setUint32(at, 1000, true)
    await expect(read({ name: 'liar.keras', bytes: liar, beside: {} })).rejects.toBeInstanceOf(ExpectedError)
    const deep = Buffer.from('{"modelTopology":'.repeat(200_000))
    await expect(read({ name: 'deep.json', bytes: deep, beside: {} })).rejects.toBeInstanceOf(ExpectedError)
    const away = Buffer.from(
      JSON.stringify({
        modelTopology: { class_name: 'Sequential', config: [] },
        weightsManifest: [{ paths: ['../../etc/passwd'], weights: [] }],
      }),
    )
    await expect(read({ name: 'away.json', bytes: away, beside: {} })).rejects.toThrow('only files beside it')
  })
})
