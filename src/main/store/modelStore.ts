import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import type { ModelSpec } from '../../shared/modelSpec'
import { formatNoise } from '../../shared/noise'
import type { Pieces } from '../../shared/pieces'
import { type ModelInfo, modelInfoSchema } from '../../shared/run'
import { partialPath, syncFolder, writeFileAtomic } from './atomicWrite'
import type { StoredWeights } from './checkpointStore'
import { explainFileError, fileErrorCode } from './fileErrors'
import { makeFolder } from './makeFolder'
import { parseRecord } from './parseRecord'
import { readRunInfo, runFiles } from './runStore'
import { safetensorsInPieces, type StoredTensor } from './safetensors'

/** Files of a model's folder. Other programs read them. */
export const modelFiles = {
  info: (folder: string) => join(folder, 'model.json'),
  weights: (folder: string) => join(folder, 'weights.safetensors'),
  card: (folder: string) => join(folder, 'README.md'),
  preview: (folder: string) => join(folder, 'preview.png'),
} as const

/** The ONNX file of a model that runs as the file that it was. */
export const originalFile = (folder: string) => join(folder, 'model.onnx')

/** Its bytes. @throws ExpectedError when it is not there */
export async function readOriginal(folder: string): Promise<Uint8Array> {
  const path = originalFile(folder)
  return readFile(path).catch((error: unknown) => {
    throw explainFileError(error, path)
  })
}

/** A trained model, ready to be loaded. */
export interface TrainedModel {
  readonly kind: 'run' | 'model'
  readonly folder: string
  readonly name: string
  readonly files: { readonly spec: ModelSpec; readonly weights: string }
  /** The corruption it learned to undo, as on the command line: gaussian:25. */
  readonly noise: string | null
  /** Whether it is measured on pictures in colour: that is not the same as taking three channels. */
  readonly color: 'grey' | 'rgb'
  /** Whether it was trained on patches of larger images, and is for those. */
  readonly onPatches: boolean
}

export interface SavedModel {
  readonly info: ModelInfo
  /** All kernels and biases, a kernel of a tied model once. */
  readonly weights: StoredWeights
  /** Markdown, for README.md. */
  readonly card: string
  /** A PNG. */
  readonly preview: Uint8Array | null
  /** An ONNX file, of a model that runs as it is. */
  readonly original?: Uint8Array | undefined
}

/**
 * Opens a run, of which the best checkpoint counts, or a saved model.
 * @throws ExpectedError `not-found` for anything else, `bad-input` for a damaged one
 */
export async function openModel(path: string): Promise<TrainedModel> {
  const folder = resolve(path)
  await checkIsFolder(folder, path)
  if (existsSync(runFiles.info(folder))) return openRun(folder, path)
  if (existsSync(modelFiles.info(folder))) return openSavedModel(folder)
  throw notAModel(path, 'It holds neither.')
}

/** Replaces the model in `folder`, whole or not at all. @throws ExpectedError when it cannot be written */
export async function writeModel(
  folder: string,
  { info, weights, card, preview, original }: SavedModel,
): Promise<void> {
  await checkMayReplace(folder)
  const beside = partialPath(folder)
  try {
    await rm(beside, { recursive: true, force: true })
    await makeFolder(beside)
    await writeFileAtomic(modelFiles.info(beside), `${JSON.stringify(info, null, 2)}\n`)
    await writeFileAtomic(modelFiles.weights(beside), modelWeightsInPieces(weights))
    await writeFileAtomic(modelFiles.card(beside), card)
    if (preview) await writeFileAtomic(modelFiles.preview(beside), preview)
    if (original) await writeFileAtomic(originalFile(beside), original)
    await rm(folder, { recursive: true, force: true })
    await rename(beside, folder)
    await syncFolder(dirname(folder))
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => {
      // The first failure is the one to tell.
    })
    throw explainFileError(error, folder)
  }
}

/** weights.safetensors of a model. */
export function modelWeightsInPieces(weights: StoredWeights): Pieces {
  const tensors = Object.entries(weights).map(([name, { shape, data }]): [string, StoredTensor] => [
    name,
    { dtype: 'F32', shape: [...shape], data },
  ])
  return safetensorsInPieces(Object.fromEntries(tensors), { format: 'hourglass-model-1' })
}

/** Only model.json. @throws ExpectedError */
export async function readModelInfo(folder: string): Promise<ModelInfo> {
  const path = modelFiles.info(folder)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  return parseRecord(modelInfoSchema, text, path, sentence('store.saveModelAgain'))
}

async function openRun(folder: string, path: string): Promise<TrainedModel> {
  const { spec, config } = await readRunInfo(folder)
  const weights = runFiles.best(folder)
  if (!existsSync(weights))
    throw new ExpectedError('not-found', sentence('store.noTrainedModelYet', { path }))
  const noise = config.noise && formatNoise(config.noise)
  const kept = { noise, color: colorOf(spec), onPatches: config.patches !== null }
  return { kind: 'run', folder, name: spec.name ?? basename(folder), files: { spec, weights }, ...kept }
}

async function openSavedModel(folder: string): Promise<TrainedModel> {
  const { spec, name, trainedOn, colors } = await readModelInfo(folder)
  const weights = modelFiles.weights(folder)
  if (!existsSync(weights)) throw notAModel(folder, 'It lacks weights.safetensors.')
  const { noise, patches = false } = trainedOn
  const kept = { noise, color: colors ? 'rgb' : colorOf(spec), onPatches: patches } as const
  return { kind: 'model', folder, name, files: { spec, weights }, ...kept }
}

const colorOf = ({ input }: ModelSpec): TrainedModel['color'] => (input.channels === 3 ? 'rgb' : 'grey')

/** Whether a folder holds a run or a saved model, whole or not. */
export function isModelFolder(path: string): boolean {
  const folder = resolve(path)
  return existsSync(runFiles.info(folder)) || existsSync(modelFiles.info(folder))
}

async function checkIsFolder(folder: string, path: string): Promise<void> {
  const stats = await stat(folder).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT' || fileErrorCode(error) === 'ENOTDIR')
      throw notAModel(path, 'There is no such folder.')
    throw explainFileError(error, path)
  })
  if (!stats.isDirectory()) throw notAModel(path, 'It is a file.')
}

/** A folder that holds something else is somebody's. */
async function checkMayReplace(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, folder)
  })
  if (names.length > 0 && !existsSync(modelFiles.info(folder)))
    throw new ExpectedError('bad-input', sentence('store.notEmptyHoldsNo', { folder }))
}

function notAModel(path: string, why: string): ExpectedError {
  return new ExpectedError('not-found', sentence('store.noTrainedModelName', { path, why }))
}
