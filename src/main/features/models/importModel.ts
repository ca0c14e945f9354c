import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import type { ImportHints } from '../../../shared/importing'
import { hasCode, isFullyConvolutional, type ModelSpec } from '../../../shared/modelSpec'
import { formatNoise, noiseSpecSchema, parseNoise } from '../../../shared/noise'
import type { ModelInfo } from '../../../shared/run'
import { explainFileError } from '../../store/fileErrors'
import { writeModel } from '../../store/modelStore'
import { ComputeClient } from '../../worker/computeClient'
import type { ImportedFile } from './tasks/modelTasks'
import { type Fence, noFence } from '../../base/fence'
import { modelCard } from '../training/modelCard'
import { sentence } from '../../../shared/texts/sentence'

/** In a folder, the first of these that is there is the model. */
const inFolder = [
  'model.hourglass',
  'model.onnx',
  'model.keras',
  'weights.safetensors',
  'saved_model.pb',
  'model.json',
] as const

/** Longer than any sound file takes: what is not read by then has been made to hang. */
const patience = { baseMs: 60_000, perMegabyteMs: 200, withReferenceMs: 300_000 }

/**
 * Reads a model out of a file, or out of a folder that an export made. It happens in a thread of its own, which ends
 * afterwards: what a damaged file does to it stays there.
 *
 * @param computeWorker the built worker
 * @param fence what may be read
 * @param reference a .npz file of images and what the program that made the model makes of them
 * @throws ExpectedError with a sentence for what cannot be read
 */
export async function readModel(
  path: string,
  hints: ImportHints,
  computeWorker: URL,
  fence: Fence = noFence,
  reference?: string,
): Promise<ImportedFile> {
  const file = await fileOf(path)
  fence.check(file)
  const { size } = await stat(file)
  const client = new ComputeClient(computeWorker, { silent: true })
  const tooLong = AbortSignal.timeout(
    (reference === undefined ? patience.baseMs : patience.withReferenceMs) +
      Math.round((patience.perMegabyteMs * size) / 1e6),
  )
  try {
    return await client.call(
      'readModelFile',
      { path: file, hints, within: fence.within, ...(reference === undefined ? {} : { reference }) },
      { signal: tooLong },
    )
  } catch (error) {
    if (error instanceof ExpectedError) throw error
    throw new ExpectedError(
      'bad-input',
      sentence(tooLong.aborted ? 'importing.keepsReader' : 'importing.breaksReader', {
        file: basename(file),
      }),
      { cause: error },
    )
  } finally {
    await client.dispose()
  }
}

/** @throws ExpectedError when there is no such file, or nothing in the folder that is read */
async function fileOf(path: string): Promise<string> {
  const stats = await stat(path).catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  if (!stats.isDirectory()) return path
  const name = inFolder.find((candidate) => existsSync(join(path, candidate)))
  if (name) return join(path, name)
  throw new ExpectedError(
    'not-found',
    sentence('importing.noneInFolder', { path, names: inFolder.join(', ') }),
  )
}

/** How the model will be called unless somebody says otherwise. */
export function nameOfImported({ name }: ImportedFile, path: string): string {
  const file = basename(path, extname(path))
  return (name ?? file).slice(0, 120) || file || 'Imported model'
}

/** Writes an imported model as a folder of Hourglass's, whole or not at all. @throws ExpectedError */
export async function saveImported(
  imported: ImportedFile,
  folder: string,
  {
    name,
    path,
    version,
    noise = null,
  }: { name: string; path: string; version: string; noise?: string | null },
): Promise<void> {
  const { preview, weights, original } = imported
  const known = imported.info ?? infoOf(imported, path, version)
  const trainedOn = {
    ...known.trainedOn,
    ...(noise === null ? {} : { noise: formatNoise(parseNoise(noise)) }),
  }
  const info: ModelInfo = { ...known, name, trainedOn }
  await writeModel(folder, { info, weights, card: modelCard(info, preview !== null), preview, original })
}

function infoOf({ spec, about }: ImportedFile, path: string, version: string): ModelInfo {
  const [, images = '0', dataset] = /^(\d+) images of (.+)$/s.exec(about.learned_from ?? '') ?? []
  return {
    version: 1,
    name: '',
    spec,
    input: spec.input,
    createdAt: new Date().toISOString(),
    trainedOn: {
      dataset: dataset ?? `unknown, imported from ${basename(path)}`,
      images: Number(images),
      noise: noiseOfImported({ spec, about }),
    },
    metrics: null,
    versions: { hourglass: version },
  }
}

/** What it learned to remove: as the file says it, else as such networks usually do. */
export function noiseOfImported({
  spec,
  about,
  info,
}: Pick<ImportedFile, 'spec' | 'about'> & Partial<ImportedFile>): string | null {
  if (info) return info.trainedOn.noise
  return about.noise === undefined ? assumedNoise(spec) : noiseOf(about.noise)
}

/** A network that gives what is to be added to an image, or images of any size without a code, is there to remove noise. */
function assumedNoise(spec: ModelSpec): string | null {
  if (spec.network && isFullyConvolutional(spec) && !hasCode(spec))
    return spec.noiseLevel ? 'gaussian:0-50' : 'gaussian:25'
  return spec.output.residual && spec.decoder === 'convolution' ? 'gaussian:25' : null
}

/** As the file says it, where it does and it is one. */
function noiseOf(text: string | undefined): string | null {
  try {
    return text === undefined || text === 'none' ? null : formatNoise(noiseSpecSchema.parse(parseNoise(text)))
  } catch {
    // What another program calls noise is none of ours.
    return null
  }
}
