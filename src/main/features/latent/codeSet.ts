import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { CodeSet, CodeStatistics } from '../../../shared/api/latent'
import { checkDatasetFits } from '../../../shared/checkDatasetFits'
import { checkHasCode } from '../../../shared/checkHasCode'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { type DatasetInfo, revisionOf } from '../../../shared/dataset'
import { codeSize } from '../../../shared/modelSpec'
import { LatentFolder, type SurveyRecord } from '../../store/latentStore'
import type { TrainedModel } from '../../store/modelStore'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import { compareNames } from '../../base/naturalOrder'
import type { OpenDatasets } from '../datasets/openDatasets'

/** Beyond this an even part of the images is looked at. */
const mostCodeBytes = 512 << 20

export interface PartOfSet {
  readonly id: string
  readonly name: string
  readonly folder: string
  /** Images of the dataset, and how many of them are points. */
  readonly images: number
  readonly count: number
  /** The first of its points. */
  readonly first: number
  /** Of the images that the points stand for. */
  readonly revision: string
}

/** What a set will be, before its codes are known. */
export interface SetPlan {
  readonly id: string
  readonly model: TrainedModel
  readonly modelId: string
  readonly modelName: string
  readonly parts: readonly PartOfSet[]
  readonly count: number
  readonly dimensions: number
  readonly folder: LatentFolder
}

/** The codes of a set's images, in memory that the worker shares. */
export class LoadedSet {
  constructor(
    readonly plan: SetPlan,
    readonly codes: Float32Array,
    readonly errors: Float32Array,
    readonly brightness: Float32Array,
    readonly statistics: CodeStatistics,
    readonly broken: number,
    readonly labels: Int32Array,
    readonly labelNames: readonly string[],
  ) {}

  get bytes(): number {
    return [this.codes, this.errors, this.brightness, this.labels].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    )
  }

  /** Where a point's code begins. @throws ExpectedError for a point that there is not */
  offsetOf(point: number): number {
    if (point >= 0 && point < this.plan.count) return point * this.plan.dimensions
    throw new ExpectedError('not-found', sentence('latent.imageNotOnMap'))
  }

  codeOf(point: number): Float32Array {
    const at = this.offsetOf(point)
    return this.codes.slice(at, at + this.plan.dimensions)
  }

  /** The dataset and row that a point stands for. */
  rowOf(point: number): { readonly part: PartOfSet; readonly row: number } {
    const part = this.plan.parts.findLast(({ first }) => first <= point)
    if (!part || point >= part.first + part.count)
      throw new ExpectedError('not-found', sentence('latent.imageNotOnMap'))
    return { part, row: rowIn(part, point - part.first) }
  }

  /** As a window gets it. Shared memory stays here. */
  describe(): CodeSet {
    const { id, modelId, modelName, parts, count, dimensions, model } = this.plan
    return {
      set: id,
      model: modelId,
      modelName,
      datasets: parts.map((part) => {
        const { id: dataset, name, first, count: points, revision } = part
        return { id: dataset, name, first, count: points, revision }
      }),
      input: model.files.spec.input,
      total: parts.reduce((sum, { images }) => sum + images, 0),
      count,
      dimensions,
      broken: this.broken,
      statistics: this.statistics,
      bytes: this.bytes,
      labelNames: this.labelNames,
      labels: this.labels,
      errors: this.errors.slice(),
      brightness: this.brightness.slice(),
    }
  }
}

/** @throws ExpectedError `outdated` where the dataset's images are not those that the set was made of */
export function checkRevision(part: Pick<PartOfSet, 'name' | 'revision'>, info: DatasetInfo): void {
  if (revisionOf(info) === part.revision) return
  throw new ExpectedError('outdated', sentence('latent.imagesBeenImportedAgain', { name: part.name }))
}

/** As the worker chooses them. */
export const rowIn = ({ count, images }: Pick<PartOfSet, 'count' | 'images'>, point: number): number =>
  count === images ? point : Math.floor((point * images) / count)

/**
 * Names a set by what it is made of, so that it is another one when model or images have changed.
 * @throws ExpectedError for a model without a code, or images that it does not take
 */
export async function planSet(
  model: TrainedModel,
  names: { readonly id: string; readonly name: string },
  datasets: readonly { readonly id: string; readonly folder: string }[],
  opened: OpenDatasets,
): Promise<SetPlan> {
  const { spec, weights } = model.files
  checkHasCode(spec)
  const dimensions = codeSize(spec)
  const found = []
  for (const { id, folder } of datasets) {
    const info = await opened.with(folder, async (dataset) => dataset.info)
    checkDatasetFits(info, spec.input)
    found.push({ id, folder, name: info.name, images: info.count, revision: revisionOf(info) })
  }
  const images = found.reduce((sum, part) => sum + part.images, 0)
  if (images === 0) throw new ExpectedError('bad-input', sentence('latent.notOneImage'))
  const share = Math.min(1, mostCodeBytes / (images * dimensions * 4))
  let first = 0
  const parts = found.map(({ id, folder, name, images: all, revision }) => {
    const count = share === 1 ? all : Math.max(1, Math.floor(all * share))
    first += count
    return { id, folder, name, images: all, count, first: first - count, revision }
  })
  const { mtimeMs, size } = await stat(weights)
  const subject = hash(found.map(({ folder }) => folder))
  const version = hash([model.folder, mtimeMs, size, found, first])
  const folder = new LatentFolder(model.folder, subject, version)
  const plan = { model, modelId: names.id, modelName: names.name, parts, count: first, dimensions, folder }
  return { id: subject + version, ...plan }
}

const hash = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8)

function emptyArrays({ count, dimensions }: SetPlan) {
  const shared = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length))
  return { codes: shared(count * dimensions), errors: shared(count), brightness: shared(count) }
}

type Arrays = ReturnType<typeof emptyArrays>

const filesOf = ({ count, dimensions }: SetPlan, { codes, errors, brightness }: Arrays) => [
  { name: 'codes', shape: [count, dimensions], data: codes },
  { name: 'errors', shape: [count], data: errors },
  { name: 'brightness', shape: [count], data: brightness },
]

/** From the disk; null where it is not there, or not whole. */
export async function readSet(plan: SetPlan, opened: OpenDatasets): Promise<LoadedSet | null> {
  const record = await plan.folder.readRecord()
  if (record?.count !== plan.count || record.dimensions !== plan.dimensions) return null
  const arrays = emptyArrays(plan)
  for (const file of filesOf(plan, arrays)) if (!(await plan.folder.readArray(file))) return null
  return loaded(plan, arrays, record, opened)
}

export interface SurveyWork {
  readonly client: ComputeClient
  readonly opened: OpenDatasets
  readonly target: ComputeTarget
  /** With the model, for the next time. */
  readonly keep: boolean
  readonly signal?: AbortSignal
  readonly onProgress: (done: number, total: number) => void
  /** What keeps the result from being kept. */
  readonly onProblem?: (error: Error) => void
}

/** Has all images encoded. @throws ExpectedError, CancelledError */
export async function surveySet(
  plan: SetPlan,
  { client, opened, target, keep, signal, onProgress, onProblem }: SurveyWork,
): Promise<LoadedSet> {
  if (signal?.aborted) throw new CancelledError('Stopped.')
  const arrays = emptyArrays(plan)
  const datasets = plan.parts.map(({ folder, count }) => ({ folder, taken: count }))
  const { broken, ...statistics } = await client.call(
    'surveyCodes',
    { model: plan.model.files, datasets, ...arrays, ...target },
    { signal, onEvent: ({ done, total }) => onProgress(done, total) },
  )
  const { count, dimensions } = plan
  const record: SurveyRecord = {
    version: 1,
    count,
    dimensions,
    broken,
    statistics: {
      mean: [...statistics.mean],
      deviation: [...statistics.deviation],
      min: [...statistics.min],
      max: [...statistics.max],
    },
  }
  if (keep)
    await plan.folder
      .write(record, filesOf(plan, arrays))
      .catch((error: unknown) => onProblem?.(error as Error))
  return loaded(plan, arrays, record, opened)
}

async function loaded(
  plan: SetPlan,
  { codes, errors, brightness }: Arrays,
  { statistics, broken }: SurveyRecord,
  opened: OpenDatasets,
): Promise<LoadedSet> {
  const { labels, labelNames } = await labelsOf(plan, opened)
  const figures = {
    mean: Float32Array.from(statistics.mean),
    deviation: Float32Array.from(statistics.deviation),
    min: Float32Array.from(statistics.min),
    max: Float32Array.from(statistics.max),
  }
  return new LoadedSet(plan, codes, errors, brightness, figures, broken, labels, labelNames)
}

async function labelsOf({ parts, count }: SetPlan, opened: OpenDatasets) {
  const labels = new Int32Array(count).fill(-1)
  const numbers = new Map<string, number>()
  for (const part of parts) {
    await opened.with(part.folder, async ({ info }, index) => {
      checkRevision(part, info)
      const rows = await index()
      for (let i = 0; i < part.count; i++) {
        const label = rows.labelOf(rowIn(part, i))
        if (label === null) continue
        if (!numbers.has(label)) numbers.set(label, numbers.size)
        labels[part.first + i] = numbers.get(label)!
      }
    })
  }
  const order = [...numbers.keys()].sort(compareNames)
  const place = new Map(order.map((name, i) => [numbers.get(name)!, i]))
  return { labels: labels.map((label) => place.get(label) ?? -1), labelNames: order }
}
