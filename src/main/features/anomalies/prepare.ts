import { basename, dirname, join, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { InputShape } from '../../../shared/modelSpec'
import { splitImages } from '../../engine/training/splitImages'
import { namesModel, openNamedModel } from '../models/builtinModels'
import { isDatasetFolder } from '../training/trainingDataset'
import type { TrainedModel } from '../../store/modelStore'
import { readRunInfo } from '../../store/runStore'
import type { AnomalyRequest, AnomalyWork } from './findAnomalies'
import { type ImageSet, openAs, openFor, rowsOf } from './imageSet'
import { mvtecLayout } from './mvtec'
import { trainNormal } from './trainNormal'
import { type Preprocessing, preprocessingSchema } from '../../../shared/dataset'
import { traitsOfPlaces } from '../datasets/imageTraits'
import { planPreprocessing } from '../training/planTraining'

/** Everything that scoring needs. */
export interface Prepared {
  readonly model: TrainedModel
  readonly fit: ImageSet
  /** Of `fit`, ascending. */
  readonly rows: Uint32Array
  readonly heldOut: Uint32Array
  readonly robust: boolean
  readonly target: ImageSet
  readonly selfFitted: boolean
  /** Of each image of the target whether its label says that it is odd; null where nothing does. */
  readonly known: (boolean | null)[]
}

/** Where images come from, once layouts are known. */
interface Places {
  readonly model: string | null
  /** Where it is trained or fitted; null for the dataset of a model's run. */
  readonly fit: string | null
  /** Null for those that it is fitted on. */
  readonly target: readonly string[] | null
  /** MVTec's `train` beside the images that are looked through, for a model whose own images are gone. */
  readonly train: string | null
}

const fewestImages = 5
/** Names of folders that say by themselves that what is in them is normal. */
const normalNames = ['good', 'normal', 'ok']

/** Reads the images and opens or trains the model. @param keep is told what to close at the end */
export async function prepare(
  request: AnomalyRequest,
  scratch: string,
  work: AnomalyWork,
  keep: (set: ImageSet) => void,
): Promise<Prepared> {
  const places = await placesOf(request)
  const opened = async (set: Promise<ImageSet>) => {
    const images = await set
    keep(images)
    return images
  }
  if (places.model !== null) {
    const model = await openNamedModel(places.model)
    const { input } = model.files.spec
    const own = places.fit === null ? await datasetOf(model) : null
    const source = places.fit ?? own ?? places.train
    const target = places.target ?? (source === null ? null : [source])
    if (target === null) throw nothingToLookThrough(places.model)
    const images = await opened(openFor(input, target, work))
    const isSelf = source === null || isSame(source, target)
    const fit = isSelf ? images : await opened(openFor(input, [source], work))
    const normal = normalIn(fit, request.normal)
    const found = {
      fit,
      target: images,
      model,
      normal,
      source,
      robust: isSelf && !normal && !request.allNormal,
    }
    return finish(request, found, request.heldOut ?? (await heldOutOf(model, own, fit)))
  }
  const source = places.fit!
  const preprocessing = await preprocessingFor(source)
  const fit = await opened(openAs(preprocessing, [source], work))
  const isSelf = places.target === null || isSame(source, places.target)
  const normal = normalIn(fit, request.normal)
  const robust = isSelf && !normal && !request.allNormal
  const rows = rowsOf(fit, normal)
  checkEnough(rows.length)
  work.onPhase?.('training')
  const run = request.run ?? join(scratch, 'run')
  // A run that is kept needs its images, by which a later search with it tells what is normal.
  const keepsImages = request.run !== undefined && fit.folder !== source
  const training = {
    settings: request,
    rows,
    robust,
    run,
    keepsImages,
    scratch: request.run ? dirname(run) : scratch,
  }
  const { budgetMs, runtime, device } = request
  const trained = await trainNormal(fit, { ...training, budgetMs, runtime, device }, work)
  const target = isSelf ? fit : await opened(openFor(inputOf(trained.model), places.target!, work))
  return finish(request, { fit, target, model: trained.model, normal, source, robust }, trained.heldOut)
}

const inputOf = ({ files }: TrainedModel): InputShape => files.spec.input

interface Found {
  readonly fit: ImageSet
  readonly target: ImageSet
  readonly model: TrainedModel
  readonly normal: readonly string[] | null
  readonly source: string | null
  readonly robust: boolean
}

function finish(
  { normal: asked }: AnomalyRequest,
  { fit, target, model, normal, source, robust }: Found,
  heldOut: Uint32Array,
): Prepared {
  const rows = Uint32Array.from(rowsOf(fit, normal))
  checkEnough(rows.length)
  const selfFitted = fit === target
  const names = asked ?? normalNamesOf(fit, target, source)
  const hasLabels = names !== null && target.labels.some((label) => label !== null)
  const known = target.labels.map((label) => (hasLabels && label !== null ? !names.includes(label) : null))
  return { model, fit, rows, heldOut, robust, target, selfFitted, known }
}

/** Labels that a target's normal images have, where nobody says: those that were fitted on, or `good`. */
function normalNamesOf(fit: ImageSet, target: ImageSet, source: string | null): string[] | null {
  const labels = new Set(target.labels.filter((label) => label !== null))
  const good = normalNames.filter((name) => labels.has(name))
  if (good.length > 0) return good
  if (fit === target) return null
  const fitted = [...new Set(fit.labels.filter((label) => label !== null))]
  if (fitted.some((label) => labels.has(label))) return fitted
  // A single folder has no labels of its own, but is called by one: digits/3.
  const name = source === null ? null : basename(resolve(source))
  return name !== null && labels.has(name) ? [name] : null
}

/** Labels to fit on; null for all. */
function normalIn(fit: ImageSet, asked: readonly string[] | null): readonly string[] | null {
  if (asked === null) return null
  // Normal images alone need no labels, as in a folder that holds nothing else.
  return fit.labels.every((label) => label === null) ? null : asked
}

async function placesOf({ model, target, fit }: AnomalyRequest): Promise<Places> {
  if (model !== null && namesModel(model)) {
    const layout = fit === null ? null : await mvtecLayout(fit)
    const beside = target?.length === 1 ? await mvtecLayout(target[0]!) : null
    const train = beside?.train ?? null
    return { model, fit: layout?.train ?? fit, target: target && (await targetsOf(target)), train }
  }
  const source = fit ?? model ?? target?.[0] ?? null
  if (source === null) throw new ExpectedError('bad-usage', sentence('anomalies.nameModelOrFolder'))
  const layout = (await isDatasetFolder(source)) ? null : await mvtecLayout(source)
  const given = target ?? (fit !== null && model !== null && model !== fit ? [model] : null)
  if (layout)
    return {
      model: null,
      fit: layout.train,
      target: given ? await targetsOf(given) : [layout.test],
      train: null,
    }
  return { model: null, fit: source, target: given && (await targetsOf(given)), train: null }
}

async function targetsOf(target: readonly string[]): Promise<string[]> {
  return Promise.all(target.map(async (one) => (await mvtecLayout(one))?.test ?? one))
}

const isSame = (source: string, target: readonly string[]) =>
  target.length === 1 && resolve(source) === resolve(target[0]!)

/** The dataset that a run was trained on, where it is still there. */
async function datasetOf({ kind, folder }: TrainedModel): Promise<string | null> {
  if (kind !== 'run') return null
  const { dataset } = await readRunInfo(folder)
  return (await isDatasetFolder(dataset)) ? dataset : null
}

/** What a run has held back of the dataset that it was trained on. */
async function heldOutOf(model: TrainedModel, own: string | null, fit: ImageSet): Promise<Uint32Array> {
  if (own === null || own !== fit.folder) return new Uint32Array(0)
  const { config } = await readRunInfo(model.folder)
  return splitImages(fit.paths.length, config.validationSplit, config.seed).validation
}

function checkEnough(count: number): void {
  if (count >= fewestImages) return
  throw new ExpectedError(
    'bad-input',
    count === 1
      ? sentence('anomalies.oneNormalImage', { least: fewestImages })
      : sentence('anomalies.fewNormalImages', { count, least: fewestImages }),
  )
}

function nothingToLookThrough(model: string): ExpectedError {
  return new ExpectedError('bad-usage', sentence('anomalies.sayWhatToSearch', { model }))
}

/** Defects are small: where images are few enough, they are looked at in more detail than a training asks for. */
const detailedSide = 128
const fewEnough = 5000
const smallSide = 40

/** How images are read in which odd ones are looked for. @throws ExpectedError when there is none */
async function preprocessingFor(source: string): Promise<Preprocessing> {
  if (await isDatasetFolder(source)) return preprocessingSchema.parse({})
  const traits = await traitsOfPlaces([source])
  const planned = planPreprocessing(traits)
  const shorter = Math.min(traits.width, traits.height)
  if (Math.max(planned.width, planned.height) <= smallSide || traits.images > fewEnough) return planned
  const side = Math.min(detailedSide, Math.max(planned.width, 8 * Math.floor(shorter / 8)))
  return { ...planned, width: side, height: side }
}
