import { createHash } from 'node:crypto'
import type { ParsedParams, Results } from '../../../shared/api/commands'
import type {
  Begun,
  ClusteredCodes,
  CodeSet,
  DecodedPlace,
  LocatedImage,
  Projection,
} from '../../../shared/api/latent'
import type { JobKind } from '../../../shared/api/jobs'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { inBackground } from '../../../shared/inBackground'
import { openModel } from '../../store/modelStore'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { MappedCodes } from './tasks/latentTasks'
import type { DatasetService } from '../datasets/datasetService'
import type { JobProgress, JobService } from '../../base/jobService'
import type { Log } from '../../base/log'
import type { ModelService } from '../models/modelService'
import { checkRevision, type LoadedSet, planSet, readSet, type SetPlan, surveySet } from './codeSet'
import { codeAmongNeighbors, codeOnLinear, placeAmong, placeOnLinear } from './mapPlaces'
import { PointFiles } from './pointFiles'
import { readClusters, readMap, writeClusters, writeMap } from './savedMaps'

export interface LatentDependencies {
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly jobs: JobService
  readonly log: Log
  /** A worker for what takes long. */
  readonly mapper: ComputeClient
  /** The one in which models are tried, for what is asked while a hand moves. */
  readonly helper: ComputeClient
  readonly target: () => ComputeTarget
}

type Report = (progress: JobProgress) => void

/** Sets that stay in memory. */
const keptSets = 2
const keptMaps = 12
const nearestOfLocated = 12
const neighborsOfPlace = 15
const mostAsked = 1000

/**
 * Maps of latent codes. What takes long is begun as a job, and the same question asked again when the job is done gives
 * the answer; answers are kept with the model, so that a map that was open once opens at once.
 */
export class LatentService {
  readonly files: PointFiles
  private readonly sets = new Map<string, LoadedSet>()
  private readonly maps = new Map<string, MappedCodes>()
  private readonly clusters = new Map<string, ClusteredCodes>()
  private readonly begun = new Map<string, string>()

  constructor(private readonly deps: LatentDependencies) {
    this.files = new PointFiles(deps.datasets.opened)
  }

  /** @throws ExpectedError for a model without codes, or images that it does not take */
  async open({ model: modelId, datasets }: ParsedParams<'latent.open'>): Promise<CodeSet | Begun> {
    const plan = await this.plan(modelId, datasets)
    const known = this.sets.get(plan.id) ?? (await readSet(plan, this.deps.datasets.opened))
    if (known) return this.keep(known).describe()
    return this.begin('codes', plan.modelName, plan.id, async (report, signal) => {
      const set = await surveySet(plan, {
        client: this.deps.mapper,
        opened: this.deps.datasets.opened,
        signal,
        target: this.deps.target(),
        keep: true,
        onProgress: (done, total) => report({ done, total }),
        onProblem: (error) => this.deps.log.warn(`The codes could not be kept: ${error.message}`),
      })
      this.keep(set)
    })
  }

  /** @throws ExpectedError when the set is not open; `outdated` where its images have changed since */
  async setOf(id: string): Promise<LoadedSet> {
    const set = this.sets.get(id)
    if (!set) throw new ExpectedError('not-found', sentence('latent.thoseImagesNotKnown'))
    for (const part of set.plan.parts) {
      const info = await this.deps.datasets.opened
        .with(part.folder, async (dataset) => dataset.info)
        .catch((error: unknown) => {
          if (!(error instanceof ExpectedError) || error.code !== 'not-found') throw error
          throw new ExpectedError('outdated', sentence('latent.notWhereWasWhen', { name: part.name }))
        })
      checkRevision(part, info)
    }
    return set
  }

  async project(params: ParsedParams<'latent.project'>): Promise<Results['latent.project']> {
    const { set: id, projection, after } = params
    const set = await this.setOf(id)
    const map = await this.knownMap(set, projection)
    if (map) {
      const { points, components, explained, trustworthiness } = map
      return { points, components, explained, trustworthiness }
    }
    return this.begin('map', set.plan.modelName, keyOf(id, projection), async (report, signal) => {
      const { codes, plan } = set
      const start = after === undefined ? null : this.placesBefore(set, after, projection)
      const made = await this.deps.mapper.call(
        'mapCodes',
        { codes, dimensions: plan.dimensions, projection, start },
        { signal, onEvent: (progress) => report(progress) },
      )
      this.keepMap(keyOf(id, projection), made)
      await writeMap(set, keyOf(id, projection), made).catch(this.onProblem)
    })
  }

  async cluster({ set: id, method, seed }: ParsedParams<'latent.cluster'>): Promise<ClusteredCodes | Begun> {
    const set = await this.setOf(id)
    const key = keyOf(id, { ...method, seed })
    const known = this.clusters.get(key) ?? (await readClusters(set, key))
    if (known) {
      this.clusters.set(key, known)
      return known
    }
    return this.begin('clusters', set.plan.modelName, key, async (report, signal) => {
      const { codes, labels, plan } = set
      const found = await this.deps.mapper.call(
        'clusterCodes',
        { codes, dimensions: plan.dimensions, method, seed, labels },
        { signal, onEvent: (progress) => report(progress) },
      )
      if (this.clusters.size >= keptMaps) this.clusters.clear()
      this.clusters.set(key, found)
      await writeClusters(set, key, found).catch(this.onProblem)
    })
  }

  async labelAccuracy({ set: id, ...how }: ParsedParams<'latent.labelAccuracy'>) {
    const { codes, labels, plan } = await this.setOf(id)
    return this.deps.mapper.call('labelAccuracy', { codes, dimensions: plan.dimensions, labels, ...how })
  }

  async neighbors({ set: id, of, k, metric }: ParsedParams<'latent.neighbors'>) {
    const set = await this.setOf(id)
    const code = 'point' in of ? set.codeOf(of.point) : of.code
    return this.nearest(set, code, k, metric, 'point' in of ? of.point : -1)
  }

  async codes({ set: id, points }: ParsedParams<'latent.codes'>): Promise<Float32Array> {
    const set = await this.setOf(id)
    const { dimensions } = set.plan
    if (points.length > 10_000) throw new ExpectedError('bad-input', sentence('latent.mostCodesOnce'))
    const codes = new Float32Array(points.length * dimensions)
    points.forEach((point, i) => codes.set(set.codeOf(point), i * dimensions))
    return codes
  }

  async mean({ set: id, points }: ParsedParams<'latent.mean'>): Promise<Float32Array> {
    const set = await this.setOf(id)
    if (points.length === 0) throw new ExpectedError('bad-input', sentence('latent.selectSomeImagesFirst'))
    const sums = new Float64Array(set.plan.dimensions)
    for (const point of points) {
      const at = set.offsetOf(point)
      for (let i = 0; i < sums.length; i++) sums[i]! += set.codes[at + i]!
    }
    return Float32Array.from(sums, (sum) => sum / points.length)
  }

  async decodeAt({ set: id, projection, place }: ParsedParams<'latent.decodeAt'>): Promise<DecodedPlace> {
    const set = await this.setOf(id)
    const map = await this.openMap(set, projection)
    if (place.length !== map.components || !place.every(Number.isFinite))
      throw new ExpectedError('bad-input', sentence('latent.placeMapNumbers', { components: map.components }))
    const { dimensions, modelId } = set.plan
    const near = codeAmongNeighbors(map.points, set.codes, dimensions, place)
    const code = map.linear ? codeOnLinear(map.linear, place, set.statistics.mean) : near.code
    const image = await this.deps.models.decode({ id: modelId, code })
    return { code, image, how: map.linear ? 'exact' : 'neighbors', neighbors: near.neighbors }
  }

  /** Where an image from outside comes to lie. */
  async locate({ set: id, projection, image, metric }: ParsedParams<'latent.locate'>): Promise<LocatedImage> {
    const set = await this.setOf(id)
    const map = await this.openMap(set, projection)
    const tried = await this.deps.models.encode({
      id: set.plan.modelId,
      image: { place: image },
      noise: null,
      seed: 1,
    })
    const { code, original, reconstruction } = tried
    const nearest = await this.nearest(set, code, nearestOfLocated, metric, -1)
    const place = map.linear
      ? placeOnLinear(map.linear, code)
      : await this.placeAmongNeighbors(set, map, code, projection)
    return { place, code, original, reconstruction, error: 10 ** (-tried.psnr / 10), nearest }
  }

  /** A map that was asked for before. @throws ExpectedError when it is not there */
  async openMap(set: LoadedSet, projection: Projection): Promise<MappedCodes> {
    const map = await this.knownMap(set, projection)
    if (map) return map
    throw new ExpectedError('not-found', sentence('latent.mapNotMadeYet'))
  }

  private placesBefore({ plan }: LoadedSet, after: string, projection: Projection): Float32Array | null {
    const map = this.maps.get(keyOf(after, projection))
    return map?.points.length === plan.count * (map?.components ?? 0) ? (map?.points ?? null) : null
  }

  private async placeAmongNeighbors(
    set: LoadedSet,
    map: MappedCodes,
    code: Float32Array,
    projection: Projection,
  ) {
    const isUmap = projection.method === 'umap'
    const metric = isUmap ? projection.metric : 'euclidean'
    // Of a sample, as many more have to be asked for as there are codes for each that has a place.
    const thinned = isUmap && projection.sample ? Math.max(1, set.plan.count / projection.sample) : 1
    const k = Math.min(mostAsked, Math.ceil(2 * neighborsOfPlace * thinned) - neighborsOfPlace)
    const { points, distances } = await this.nearest(set, code, k, metric, -1)
    return placeAmong(map.points, map.components, points, distances)
  }

  private async nearest(
    set: LoadedSet,
    code: Float32Array,
    k: number,
    metric: ParsedParams<'latent.neighbors'>['metric'],
    leftOut: number,
  ) {
    const { dimensions } = set.plan
    if (code.length !== dimensions || !code.every(Number.isFinite))
      throw new ExpectedError('bad-input', sentence('latent.codeModelFiniteNumbers', { dimensions }))
    const params = { codes: set.codes, dimensions, code, k, metric, leftOut }
    const { indices, distances } = await this.deps.helper.call('nearest', params)
    return { points: indices, distances }
  }

  private async plan(modelId: string, datasets: readonly string[]): Promise<SetPlan> {
    const { models, datasets: service } = this.deps
    const model = await openModel(await models.folderOf(modelId))
    const { name } = await models.get(modelId)
    const folders = await Promise.all(
      [...new Set(datasets)].map(async (id) => ({ id, folder: await service.folderOf(id) })),
    )
    return planSet(model, { id: modelId, name }, folders, service.opened)
  }

  private keep(set: LoadedSet): LoadedSet {
    const { id } = set.plan
    this.sets.delete(id)
    this.sets.set(id, set)
    for (const old of [...this.sets.keys()].slice(0, -keptSets)) this.sets.delete(old)
    return set
  }

  private async knownMap(set: LoadedSet, projection: Projection): Promise<MappedCodes | null> {
    const key = keyOf(set.plan.id, projection)
    const map = this.maps.get(key) ?? (await readMap(set, key))
    return map && this.keepMap(key, map)
  }

  private keepMap(key: string, map: MappedCodes): MappedCodes {
    this.maps.delete(key)
    this.maps.set(key, map)
    for (const old of [...this.maps.keys()].slice(0, -keptMaps)) this.maps.delete(old)
    return map
  }

  /** One job for the same question, however often it is asked. */
  private begin(
    kind: JobKind,
    subject: string,
    key: string,
    work: (report: Report, signal: AbortSignal) => Promise<void>,
  ): Begun {
    const running = this.begun.get(key)
    if (running !== undefined) return { job: running }
    const { id, ended } = this.deps.jobs.start({ kind, subject, queue: 'latent', work })
    this.begun.set(key, id)
    inBackground(ended.finally(() => this.begun.delete(key)))
    return { job: id }
  }

  private readonly onProblem = (error: Error) =>
    this.deps.log.warn(`A map could not be kept: ${error.message}`)
}

function keyOf(set: string, question: object): string {
  const ordered = JSON.stringify(Object.entries(question).sort(([a], [b]) => (a < b ? -1 : 1)))
  return `${set}-${createHash('sha256').update(ordered).digest('hex').slice(0, 12)}`
}
