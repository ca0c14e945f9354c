import { extname, resolve } from 'node:path'
import type { Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { prepareImage } from '../pictures/prepareImage'
import { reasonOf } from '../pictures/unusableImage'
import type { FoundFile } from './findImages'
import { findTrainingImages } from './trainingImages'

/** A damaged picture and the clean one of its name, by their paths within the two folders. */
export interface ImagePair {
  readonly input: string
  readonly target: string
  readonly width: number
  readonly height: number
}

export interface PairedFolders {
  /** Absolute. */
  readonly inputs: string
  readonly targets: string
  /** In the order of the clean pictures. */
  readonly pairs: readonly ImagePair[]
  /** What has no partner, or one of another size. */
  readonly skipped: readonly Skipped[]
}

/** The name that two pictures of a pair have in common: the path within the folder, without the ending. */
export const pairName = (path: string): string => path.slice(0, path.length - extname(path).length)

/**
 * Damaged pictures in one folder beside clean ones of the same names in another, also in folders within them. Endings may
 * differ.
 *
 * @throws ExpectedError where there is not a single pair
 */
export async function findPairedImages(
  inputs: string,
  targets: string,
  signal?: AbortSignal,
): Promise<PairedFolders> {
  const folders = { inputs: resolve(inputs), targets: resolve(targets) }
  if (folders.inputs === folders.targets)
    throw new ExpectedError('bad-usage', sentence('datasets.pairsInOneFolder'))
  const damaged = await filesOf(inputs, signal)
  const clean = await filesOf(targets, signal)
  const skipped: Skipped[] = [...damaged.skipped, ...clean.skipped]
  const pairs: ImagePair[] = []
  for (const [name, target] of clean.byName) {
    const input = damaged.byName.get(name)
    if (!input) {
      skipped.push({ path: target.path, reason: `There is no picture of its name in ${inputs}.` })
      continue
    }
    try {
      pairs.push(await measured(input, target))
    } catch (error) {
      skipped.push({ path: input.path, reason: reasonOf(error, signal) })
    }
  }
  for (const [name, { path }] of damaged.byName)
    if (!clean.byName.has(name))
      skipped.push({ path, reason: `There is no picture of its name in ${targets}.` })
  if (pairs.length > 0) return { ...folders, pairs, skipped }
  throw nothingPaired(inputs, targets, skipped)
}

async function filesOf(folder: string, signal?: AbortSignal) {
  const found = await findTrainingImages([folder], { labels: 'none', signal })
  const skipped: Skipped[] = [...found.skipped]
  const byName = new Map<string, FoundFile>()
  for (const image of found.images) {
    const name = pairName(image.path)
    const before = byName.get(name)
    if (image.kind === 'idx')
      skipped.push({
        path: image.path,
        reason: 'It holds many images, and pairs are files of one picture each.',
      })
    else if (before)
      skipped.push({ path: image.path, reason: `${before.path} has the same name, and that was taken.` })
    else byName.set(name, image)
  }
  return { byName, skipped }
}

/** @throws ExpectedError where their sizes differ, UnusableImage where one of them cannot be read */
async function measured(input: FoundFile, target: FoundFile): Promise<ImagePair> {
  const given = await prepareImage(input.absolute)
  const { width, height } = await prepareImage(target.absolute)
  if (given.width !== width || given.height !== height)
    throw new ExpectedError(
      'bad-input',
      sentence('datasets.pairOfOtherSize', {
        width: given.width,
        height: given.height,
        cleanWidth: width,
        cleanHeight: height,
      }),
    )
  return { input: input.path, target: target.path, width, height }
}

function nothingPaired(inputs: string, targets: string, skipped: readonly Skipped[]): ExpectedError {
  const [first] = skipped
  const why = first ? ` ${first.path}: ${first.reason}` : ''
  return new ExpectedError('bad-input', sentence('datasets.noPairs', { inputs, targets, why }))
}
