import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importGraph } from '../../src/main/engine/importers/onnxFile'
import { readOnnx } from '../../src/main/engine/importers/onnxGraph'
import { kernelLayers } from '../../src/main/engine/models/autoencoder'
import { runOnnxFile } from '../../src/main/engine/runtimes/onnx/runOnnxFile'
import { difference, inUnits, turned } from '../../src/main/engine/importers/compareWithFile'
import { mapCodes } from '../../src/main/features/latent/tasks/mapCodes'
import { exportTrainedModel } from '../../src/main/features/models/exportModel'
import { saveImported } from '../../src/main/features/models/importModel'
import { exportModel } from '../../src/main/features/models/tasks/exportModel'
import { encode } from '../../src/main/features/models/tasks/inference'
import type { CodesBatch, ImportedFile } from '../../src/main/features/models/tasks/modelTasks'
import { readModelFile } from '../../src/main/features/models/tasks/readModelFile'
import { decodePair } from '../../src/main/features/models/tasks/referenceFile'
import { train } from '../../src/main/features/training/tasks/train'
import { readWeights } from '../../src/main/store/checkpointStore'
import { DatasetWriter } from '../../src/main/store/datasetWriter'
import { runFiles, writeRunInfo } from '../../src/main/store/runStore'
import type { TaskContext } from '../../src/main/worker/taskContext'
import { type ImportHints, noHints } from '../../src/shared/importing'
import { codeSize, hasCode, type ModelSpec, noiseLevels } from '../../src/shared/modelSpec'
import { onnxFileOf } from '../../src/shared/network'
import { preprocess } from './importing'
import { describeRun } from './trainedRun'

/** A model's file, and images with what its own program makes of them: a .npz file. */
export interface ChainCase {
  readonly path: string
  readonly reference?: string | undefined
  readonly hints?: Partial<ImportHints>
}

/** What came of a model along the way. */
export interface Chained {
  readonly imported: ImportedFile
  /** Largest difference between what its ONNX export and its own program give, images being in 0..1. A file that runs as it is goes out as it came. */
  readonly apart: number
  /** How many kernels are read by two layers. */
  readonly ties: number
  /** Null where it runs as the file that it is, and is not trained. */
  readonly trained: {
    /** Whether training changed it. */
    readonly hasMoved: boolean
    /** In what it is exported as, read without knowing what model it is. */
    readonly ties: number
    /** How far its codes lie apart on a map; null where it has none. */
    readonly spread: number | null
  } | null
}

const images = 12
const target = { runtime: 'onnx', device: 'cpu' } as const
const context = <E>(emit: (event: E) => void = () => undefined): TaskContext<E> => ({
  emit,
  requested: () => 'continue',
  waitForClient: () => undefined,
})

/**
 * What somebody does with a model of another program: reads it, trains it for two epochs, looks at its codes on the map,
 * and gives it away as ONNX again.
 * @param folder for what is written on the way; it is made
 * @throws where a step of it fails
 */
export async function throughChain({ path, reference, hints }: ChainCase, folder: string): Promise<Chained> {
  await mkdir(folder, { recursive: true })
  const said = { ...noHints, ...hints }
  const imported = await readModelFile({
    path,
    hints: said,
    ...(reference === undefined ? {} : { reference }),
  })
  const { spec } = imported
  const model = join(folder, 'model')
  await saveImported(imported, model, { name: 'It', path, version: '0.0.0' })
  if (spec.network && onnxFileOf(spec.network))
    return { imported, apart: (await keepsBytes(model, path, folder)) ? 0 : Infinity, ties: 0, trained: null }
  if (reference === undefined) throw new Error(`Nothing says what ${path} gives.`)
  const weights = join(model, 'weights.safetensors')
  const whole = join(folder, 'export')
  const apart = await differenceOf(await exported(spec, weights, whole, imported.half), imported, reference)
  const dataset = await datasetOf(imported, reference, join(folder, 'dataset'))
  const run = await trained(spec, weights, dataset, join(folder, 'run'))
  const [before, after] = [await readWeights(weights), await readWeights(run)]
  return {
    imported,
    apart,
    ties: tiesOf(spec),
    trained: {
      hasMoved: Object.entries(after).some(([name, { data }]) =>
        data.some((value, i) => value !== before[name]!.data[i]),
      ),
      ties: await tiesSeenIn(await exported(spec, run, join(folder, 'again')), tiesOf(spec)),
      spread: hasCode(spec) ? await spreadOnMap(spec, run, dataset) : null,
    },
  }
}

/** Two epochs of training. @returns the weights that it leaves */
async function trained(spec: ModelSpec, weights: string, dataset: string, run: string): Promise<string> {
  const info = describeRun(dataset, spec, {
    epochs: 2,
    batchSize: 4,
    optimizer: { learningRate: 1e-4 },
    noise: null,
  })
  await mkdir(run)
  await writeRunInfo(run, info)
  const { config } = info
  const from = { resume: false, initialWeights: weights, hasBaselines: true }
  const { outcome, epochs } = await train({ ...target, run, dataset, spec, config, ...from }, context())
  if (outcome !== 'done' || epochs !== 2)
    throw new Error(`Training ended as ${outcome} after ${epochs} epochs.`)
  return runFiles.latest(run)
}

/** @returns the file, which is compared with the model while it is written */
async function exported(
  spec: ModelSpec,
  weights: string,
  folder: string,
  part: 'full' | 'encoder' | 'decoder' = 'full',
): Promise<string> {
  await mkdir(folder)
  const as = {
    format: 'onnx',
    part,
    pixels: 'float',
    precision: 'float32',
    tiedAs: 'transposes',
  } as const
  const training = describeRun('', spec).config
  await exportModel({ model: { spec, weights }, as, about: {}, training, folder })
  return join(folder, 'model.onnx')
}

/** Whether a file that runs as it is goes out as it came; of a SavedModel, as the ONNX file that was made of it. */
async function keepsBytes(model: string, path: string, folder: string): Promise<boolean> {
  const out = join(folder, 'export')
  const as = {
    format: 'onnx',
    part: 'full',
    pixels: 'float',
    precision: 'float32',
    tiedAs: 'transposes',
  } as const
  const request = { model, out, overwrite: false, version: '0.0.0', ...as }
  // Nothing is computed for it.
  await exportTrainedModel(request, { client: null as never })
  const from = path.endsWith('.onnx') ? path : join(model, 'model.onnx')
  return (await readFile(join(out, 'model.onnx'))).equals(await readFile(from))
}

/** Layers that read the kernel of another. */
export const tiesOf = (spec: ModelSpec): number =>
  spec.network
    ? spec.network.nodes.filter((node) => 'kernelOf' in node && node.kernelOf !== undefined).length
    : spec.tying === 'tied' && spec.decoder === 'mirror'
      ? kernelLayers(spec).length
      : 0

/** Those of an export that is read as another program's file: it has forgotten what model it is. */
async function tiesSeenIn(path: string, wanted: number): Promise<number> {
  if (wanted === 0) return 0
  const bytes = await readFile(path)
  const graph = { ...readOnnx(bytes, path), metadata: {} }
  return tiesOf((await importGraph({ name: path, bytes, source: path }, graph, noHints)).spec)
}

/** How far codes lie apart on a map: the root of their variances. */
async function spreadOnMap(spec: ModelSpec, weights: string, dataset: string): Promise<number> {
  const parts: Float32Array[] = []
  const gather = context<CodesBatch>(({ codes }) => void parts.push(codes))
  const { count, dimensions } = await encode({ model: { spec, weights }, dataset, ...target }, gather)
  const codes = Float32Array.from(parts.flatMap((part) => [...part]))
  if (dimensions !== codeSize(spec) || codes.length !== count * dimensions)
    throw new Error(`${count} codes of ${dimensions} numbers are ${codes.length} numbers.`)
  const projection = { method: 'pca', components: 2 } as const
  const { points } = await mapCodes({ codes, dimensions, projection }, context())
  if (points.length !== 2 * count || !points.every(Number.isFinite))
    throw new Error('Codes are missing on the map.')
  return Math.sqrt(points.reduce((sum, value) => sum + value * value, 0) / count)
}

/** Largest difference between what an exported file and the model's own program give. */
async function differenceOf(file: string, imported: ImportedFile, reference: string): Promise<number> {
  const { height, width, channels } = imported.spec.input
  const { count, given, made } = await imagesOf(imported, reference)
  if (imported.half === 'decoder') {
    const code = { shape: [count, given.length / count], data: given }
    return difference((await runOnnxFile(file, { code })).image as Float32Array, made)
  }
  const image = { shape: [count, height, width, channels], data: given }
  const levels = noiseLevels(imported.spec)
  const sigma = { shape: [count, levels], data: new Float32Array(count * levels).fill(25) }
  const found = await runOnnxFile(file, levels > 0 ? { image, sigma } : { image })
  return difference((found.reconstruction ?? found.code) as Float32Array, made)
}

/** What goes in and what comes out by a reference: images in 0..1 with channels last, and codes as they are. */
async function imagesOf({ spec, ranges, half }: ImportedFile, reference: string) {
  const { given, made } = decodePair(await readFile(reference), reference)
  const { channels } = spec.input
  const count = given.shape[0]!
  const pixels = ({ shape, data }: typeof given, range: 'given' | 'made') => {
    const size = data.length / count
    const all = inUnits(Float32Array.from(data), ranges?.[range] ?? '0..1')
    const isFirst = shape.length === 4 && shape[1] === channels && shape[3] !== channels
    if (isFirst)
      for (let from = 0; from < all.length; from += size)
        all.set(turned(all.subarray(from, from + size), channels, size / channels), from)
    return all
  }
  const codes = ({ data }: typeof given) => Float32Array.from(data)
  return {
    count,
    given: half === 'decoder' ? codes(given) : pixels(given, 'given'),
    made: half === 'encoder' ? codes(made) : pixels(made, 'made'),
  }
}

/** What a reference has as images, several times where it is little. */
async function datasetOf(imported: ImportedFile, reference: string, folder: string): Promise<string> {
  const { height, width, channels } = imported.spec.input
  const { count, given, made } = await imagesOf(imported, reference)
  const all = imported.half === 'decoder' ? made : given
  const size = all.length / count
  const writer = await DatasetWriter.open(folder, size)
  for (let i = 0; i < images; i++) {
    const from = (i % count) * size
    const bytes = Uint8Array.from(all.subarray(from, from + size), (value) =>
      Math.round(255 * Math.min(1, Math.max(0, value))),
    )
    await writer.add({ path: `${i}.png`, source: 0, label: null, width, height }, bytes)
  }
  await writer.commit({
    ...{ version: 1, name: 'reference', createdAt: new Date(0).toISOString(), sources: ['/nowhere'] },
    preprocessing: preprocess({ width, height, color: channels === 3 ? 'rgb' : 'grey' }),
    ...{ count: images, width, height, channels, labels: [], skipped: [] },
  })
  return folder
}
