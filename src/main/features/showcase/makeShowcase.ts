import { basename, join } from 'node:path'
import { projectionSchema } from '../../../shared/api/latent'
import type { PixelBlock } from '../../../shared/api/library'
import { modelSpecSchema, type Tying } from '../../../shared/modelSpec'
import { asBytes } from '../../engine/imaging/pixelBytes'
import { openDataset } from '../../store/datasetStore'
import { openModel, type TrainedModel, writeModel } from '../../store/modelStore'
import { readWeights } from '../../store/checkpointStore'
import type { ComputeClient } from '../../worker/computeClient'
import { importDataset } from '../datasets/importDataset'
import { makeSample } from '../datasets/makeSample'
import { sampleDefaults } from '../../../shared/sampleKinds'
import { modelCard } from '../training/modelCard'
import { infoOfRun } from '../training/saveModel'
import { trainNewRun } from '../training/trainRun'
import type { Showcase } from '../../../shared/api/showcase'
import { writeShowcase, showcaseName, showcaseSample, shownLabels } from './showcaseFiles'

/** Small enough to ship, and to learn at a glance: 784 → 96 → 24 and back through the transposes. */
const specOf = (tying: Tying) =>
  modelSpecSchema.parse({
    name: showcaseName,
    input: { height: 28, width: 28, channels: 1 },
    encoder: [
      { type: 'dense', units: 96, activation: 'relu' },
      { type: 'dense', units: 24, activation: 'linear' },
    ],
    tying,
    seed: 1,
  })
/** All images are learned from: the map and the dozen are of them. */
const config = {
  epochs: 400,
  batchSize: 32,
  validationSplit: 0,
  optimizer: { learningRate: 0.002 },
  schedule: { name: 'cosine' },
  seed: 1,
} as const
const target = { runtime: 'onnx', device: 'cpu' } as const
const projection = projectionSchema.parse({ method: 'umap', components: 2, neighbors: 12, minDistance: 0.25 })

/** What the pictures of the start screen are made from as well. */
export interface MadeShowcase {
  readonly showcase: Showcase
  readonly tied: TrainedModel
  readonly untied: TrainedModel
}

/**
 * Draws the letters, trains the model and its untied twin, maps the codes, and writes what the start screen shows.
 * The same version on the same machine gives the same weights. @throws ExpectedError
 */
export async function makeShowcase(out: string, work: string, client: ComputeClient): Promise<MadeShowcase> {
  const images = join(work, 'images')
  const dataset = join(work, 'dataset')
  const { preprocessing } = sampleDefaults.letters
  await makeSample({ out: images, ...showcaseSample })
  await importDataset({ sources: [images], out: dataset, name: showcaseName, preprocessing })
  const train = async (tying: 'tied' | 'untied') => {
    const run = join(work, tying)
    const model = { spec: specOf(tying), fromPreset: null }
    const request = { ...target, run, dataset: { source: dataset, preprocessing }, model, config }
    await trainNewRun({ ...request, overwrite: true }, { client })
    return openModel(run)
  }
  const tied = await train('tied')
  const untied = await train('untied')
  const showcase = await showcaseOf(tied, dataset, client)
  await writeModelOf(tied, out)
  await writeShowcase(out, showcase)
  return { showcase, tied, untied }
}

async function writeModelOf({ folder, files }: TrainedModel, out: string): Promise<void> {
  const made = await infoOfRun(folder)
  const info = { ...made, name: showcaseName, trainedOn: { ...made.trainedOn, dataset: showcaseName } }
  await writeModel(out, {
    info,
    weights: await readWeights(files.weights),
    card: modelCard(info, false),
    preview: null,
  })
}

async function showcaseOf(model: TrainedModel, folder: string, client: ComputeClient): Promise<Showcase> {
  const { images, labels } = await imagesOf(folder)
  const inputs = images.height * images.width
  const dimensions = 24
  const codes = new Float32Array(images.count * dimensions)
  const outputs = new Float32Array(images.count * inputs)
  const params = { ...target, model: model.files, dataset: folder }
  await client.call('encode', params, {
    onEvent: (batch) => codes.set(batch.codes, batch.first * dimensions),
  })
  await client.call(
    'reconstruct',
    { ...params, noise: null, seed: 1 },
    { onEvent: (batch) => outputs.set(batch.output, batch.first * inputs) },
  )
  const { points } = await client.call('mapCodes', { codes, dimensions, projection })
  const shown = rowsOf(labels)
  const drawn = Uint8Array.from(
    shown.flatMap((row) => [...asBytes(outputs.subarray(row * inputs, (row + 1) * inputs))]),
  )
  return {
    images,
    labels,
    inputs,
    codeSize: dimensions,
    map: inUnitSquare(points),
    shown: Int32Array.from(shown),
    reconstructions: { ...images, count: shown.length, data: drawn },
    loss: outputs.reduce((sum, value, i) => sum + (value - images.data[i]! / 255) ** 2, 0) / outputs.length,
  }
}

async function imagesOf(folder: string): Promise<{ images: PixelBlock; labels: string[] }> {
  const dataset = await openDataset(folder)
  try {
    const { count, height, width, channels } = dataset.info
    const data = new Uint8Array(count * dataset.rowBytes)
    await dataset.readRows(0, count, data)
    const labels: string[] = []
    for await (const { label, path } of dataset.items()) labels.push(label ?? basename(path))
    return { images: { count, height, width, channels, data }, labels }
  } finally {
    await dataset.close()
  }
}

/** Of each of `shownLabels` one image: the second of a label that comes twice. */
function rowsOf(labels: readonly string[]): number[] {
  const taken = new Set<number>()
  return shownLabels.map((label) => {
    const row = labels.findIndex((own, i) => own === label && !taken.has(i))
    taken.add(row)
    return row
  })
}

/** Both axes by one scale, in the middle of 0..1. */
function inUnitSquare(points: Float32Array): Float32Array {
  const ends = [0, 1].map((axis) => {
    const values = points.filter((_, i) => i % 2 === axis)
    return [Math.min(...values), Math.max(...values)] as const
  })
  const length = Math.max(...ends.map(([low, high]) => high - low))
  return points.map((value, i) => {
    const [low, high] = ends[i % 2]!
    return 0.5 + (value - (low + high) / 2) / length
  })
}
