import { basename, resolve } from 'node:path'
import type { Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { Fence } from '../../base/fence'
import { prepareImage } from '../pictures/prepareImage'
import { reasonOf } from '../pictures/unusableImage'
import type { FoundFile } from './findImages'
import { likeName, sceneOf, withoutEnding } from './sceneOf'
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

/** What pictures of a pair have in common: the path within the folder without the ending, or else what it is taken for. */
const namings = [withoutEnding, likeName, sceneOf] as const

/**
 * Damaged pictures in one folder beside clean ones of the same names in another, also in folders within them. Endings may
 * differ, and where a name has no partner, upper case and such words as noisy and clean.
 *
 * @throws ExpectedError where there is not a single pair
 */
export async function findPairedImages(
  inputs: string,
  targets: string,
  signal?: AbortSignal,
  fence?: Fence,
): Promise<PairedFolders> {
  const folders = { inputs: resolve(inputs), targets: resolve(targets) }
  if (folders.inputs === folders.targets)
    throw new ExpectedError('bad-usage', sentence('datasets.pairsInOneFolder'))
  const damaged = await filesOf(folders.inputs, { signal, fence })
  const clean = await filesOf(folders.targets, { signal, fence })
  const skipped: Skipped[] = [...damaged.skipped, ...clean.skipped]
  const partners = partnersOf(damaged.files, clean.files)
  const pairs: ImagePair[] = []
  const taken = new Set<FoundFile>()
  for (const target of clean.files) {
    signal?.throwIfAborted()
    const input = partners.get(target)
    if (!input) {
      skipped.push({
        path: target.path,
        reason: sentence('datasets.noPartnerIn', { folder: basename(folders.inputs) }),
      })
      continue
    }
    taken.add(input)
    try {
      pairs.push(await measured(input, target))
    } catch (error) {
      skipped.push({ path: input.path, reason: reasonOf(error, signal) })
    }
  }
  for (const input of damaged.files)
    if (!taken.has(input))
      skipped.push({
        path: input.path,
        reason: sentence('datasets.noPartnerIn', { folder: basename(folders.targets) }),
      })
  if (pairs.length > 0) return { ...folders, pairs, skipped }
  throw nothingPaired(folders.inputs, folders.targets, skipped)
}

/** The damaged picture of each clean one that has one. Names that only look alike count where just one on each side has them. */
function partnersOf(damaged: readonly FoundFile[], clean: readonly FoundFile[]): Map<FoundFile, FoundFile> {
  const partners = new Map<FoundFile, FoundFile>()
  let [inputs, targets] = [damaged, clean]
  for (const nameOf of namings) {
    const byName = onlyOnes(inputs, nameOf)
    const found = onlyOnes(targets, nameOf)
    const taken = new Set<FoundFile>()
    for (const [name, target] of found) {
      const input = byName.get(name)
      if (!target || !input) continue
      partners.set(target, input)
      taken.add(input)
    }
    inputs = inputs.filter((input) => !taken.has(input))
    targets = targets.filter((target) => !partners.has(target))
  }
  return partners
}

/** Files by their names; null for a name that several have. */
function onlyOnes(
  files: readonly FoundFile[],
  nameOf: (path: string) => string,
): Map<string, FoundFile | null> {
  const byName = new Map<string, FoundFile | null>()
  for (const file of files) {
    const name = nameOf(file.path)
    byName.set(name, byName.has(name) ? null : file)
  }
  return byName
}

/** Of files that differ in their endings alone, the first. */
async function filesOf(folder: string, options: { signal?: AbortSignal; fence?: Fence }) {
  const found = await findTrainingImages([folder], { labels: 'none', ...options })
  const skipped: Skipped[] = [...found.skipped]
  const byName = new Map<string, FoundFile>()
  for (const image of found.images) {
    const name = withoutEnding(image.path)
    const before = byName.get(name)
    if (image.kind === 'idx') skipped.push({ path: image.path, reason: sentence('datasets.pairsAreFiles') })
    else if (before)
      skipped.push({ path: image.path, reason: sentence('datasets.sameNameTaken', { path: before.path }) })
    else byName.set(name, image)
  }
  return { files: [...byName.values()], skipped }
}

/** @throws ExpectedError where their sizes differ, UnusableImage where one of them cannot be read */
async function measured(input: FoundFile, target: FoundFile): Promise<ImagePair> {
  const given = await prepareImage(input.absolute)
  const { width, height } = await prepareImage(target.absolute)
  if (given.width !== width || given.height !== height)
    throw new ExpectedError(
      'bad-input',
      sentence('datasets.pairSizesDiffer', {
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
  // Their paths are known to whoever chose them, and to nobody else.
  const named = { inputs: basename(inputs), targets: basename(targets), why }
  return new ExpectedError('bad-input', sentence('datasets.nothingPaired', named))
}
