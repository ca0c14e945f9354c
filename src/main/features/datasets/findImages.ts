import { open, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { explainFileError } from '../../store/fileErrors'
import { notRegular } from '../../store/regularFile'
import { type Fence, noFence } from '../../base/fence'
import { isIdxLabels, openIdx, type IdxImages } from './idxFile'
import { hasImageExtension } from '../../../shared/imageFiles'
import {
  explainContainer,
  explainContainers,
  readableFormats,
  sniff,
  sniffBytes,
  unreadableImage,
} from '../pictures/imageFormats'
import { comparePaths } from '../../base/naturalOrder'
import { type LookedAt, walkFolder, type Walk } from './walkFolder'

/** A file that is an image by its name or its first bytes; whether it can be decoded turns out later. */
export interface FoundFile {
  kind: 'file'
  /** Index into `Found.sources`. */
  source: number
  /** Relative to the source, with /. */
  path: string
  absolute: string
  label: string | null
  /** Looked at once more when it is read. */
  fence: Fence
}

/** Many images in one file. */
export interface FoundIdx {
  kind: 'idx'
  source: number
  path: string
  idx: IdxImages
  fence: Fence
}

export type FoundImage = FoundFile | FoundIdx

export interface Found {
  /** Absolute. An item's path is relative to its source. */
  sources: string[]
  /** In natural order within each source. */
  images: FoundImage[]
  skipped: Skipped[]
  /** The search was over before everything had been seen. */
  more: boolean
  /** What was looked into; where none of it changes, the same files are found again. */
  looked: readonly LookedAt[]
}

export interface FindOptions {
  labels: 'folder' | 'none'
  /** What may be read; everything without. */
  fence?: Fence
  signal?: AbortSignal
  onFound?: (count: number) => void
  /** Ends the search early, asked after each image. */
  isEnough?: (count: number) => boolean
}

/**
 * Lists the images of folders, image files and IDX files, without decoding any.
 * @throws ExpectedError when a source is missing or may not be read, or when there is no image at all
 */
export async function findImages(
  sources: string[],
  { labels, fence = noFence, signal, onFound, isEnough }: FindOptions,
): Promise<Found> {
  const looked: LookedAt[] = []
  const found: Found = { sources: [], images: [], skipped: [], more: false, looked }
  const walk: Walk = { visited: new Set(), looked, skipped: found.skipped, fence, signal }
  const others = new Others()
  const seen = new Set<string>()
  search: for (const given of sources.map((source) => resolve(source))) {
    const { root, files } = await openSource(given, walk)
    const source = indexOfSource(found.sources, root)
    for await (const path of files) {
      const absolute = join(root, path)
      if (seen.has(absolute)) continue
      seen.add(absolute)
      const image = await classify({ absolute, path, source, fence }, found.skipped, others)
      if (!image) continue
      found.images.push(image)
      onFound?.(found.images.length)
      if (!isEnough?.(found.images.length)) continue
      found.more = true
      break search
    }
  }
  found.skipped.push(...others.summary())
  if (found.images.length === 0) throw nothingFound(sources, found)
  if (sources.length > 1) found.images.sort((a, b) => a.source - b.source || comparePaths(a.path, b.path))
  if (labels === 'folder') labelByFolder(found)
  return found
}

/** A single file counts as lying in its folder. */
async function openSource(
  given: string,
  walk: Walk,
): Promise<{ root: string; files: AsyncIterable<string> | Iterable<string> }> {
  walk.fence.check(given)
  const stats = await stat(given).catch((error: unknown) => {
    throw explainFileError(error, given)
  })
  if (stats.isDirectory()) return { root: given, files: walkFolder(given, walk) }
  if (!stats.isFile()) throw notRegular(given)
  walk.looked.push({ path: given, changedMs: stats.mtimeMs })
  return { root: dirname(given), files: [basename(given)] }
}

/** Whether all of it is there and has not changed since. */
export async function isAsItWas(looked: readonly LookedAt[]): Promise<boolean> {
  const checks = looked.map(({ path, changedMs }) =>
    stat(path).then(
      ({ mtimeMs }) => Math.abs(mtimeMs - changedMs) < 1e-3,
      () => false,
    ),
  )
  return (await Promise.all(checks)).every(Boolean)
}

function indexOfSource(sources: string[], source: string): number {
  const known = sources.indexOf(source)
  return known >= 0 ? known : sources.push(source) - 1
}

/** Undefined for what is left out. */
async function classify(
  place: { absolute: string; path: string; source: number; fence: Fence },
  skipped: Skipped[],
  others: Others,
): Promise<FoundImage | undefined> {
  const { absolute, path, source, fence } = place
  if (hasImageExtension(path)) return { kind: 'file', ...place, label: null }
  const reason = unreadableImage(path)
  if (reason) {
    skipped.push({ path, reason })
    return undefined
  }
  try {
    const head = await readHead(absolute)
    if (sniff(head, path)) return { kind: 'file', ...place, label: null }
    const idx = await openIdx(absolute, head)
    if (idx) return { kind: 'idx', source, path, idx, fence }
    if (!isIdxLabels(head)) others.add(path)
  } catch (error) {
    const explained = explainFileError(error, absolute)
    if (!(explained instanceof ExpectedError)) throw error
    skipped.push({ path, reason: explained.message })
  }
  return undefined
}

async function readHead(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Files that are no images: one line for each kind, so that a caption beside each image does not flood the list. */
class Others {
  private readonly kinds = new Map<string, { first: string; count: number }>()

  add(path: string): void {
    const extension = extname(path)
    const kind = this.kinds.get(extension)
    if (kind) kind.count++
    else this.kinds.set(extension, { first: path, count: 1 })
  }

  summary(): Skipped[] {
    return [...this.kinds].map(([extension, { first, count }]) =>
      count === 1
        ? { path: first, reason: explainContainer(first) ?? sentence('pictures.notImage') }
        : {
            path: `*${extension}`,
            reason: explainContainers(first, count) ?? sentence('pictures.areNotImages', { count }),
          },
    )
  }
}

/**
 * An image's label is the name of the folder that holds it; for images directly in a source, of that source when there
 * are several. Where that makes one label for all, as in a single folder of photos, it says nothing and there is none.
 */
function labelByFolder({ sources, images }: Found): void {
  const files = images.filter((image) => image.kind === 'file')
  for (const file of files) {
    const parent = dirname(file.path)
    if (parent !== '.') file.label = basename(parent)
    else if (sources.length > 1) file.label = basename(sources[file.source]!)
  }
  if (new Set(files.map((file) => file.label)).size < 2) for (const file of files) file.label = null
}

function nothingFound(sources: string[], { skipped }: Found): ExpectedError {
  const hint = skipped[0]
    ? sentence('datasets.firstLeftOut', { path: skipped[0].path, reason: skipped[0].reason })
    : ''
  return new ExpectedError(
    'bad-input',
    sentence('datasets.noImageChooseFolder', { sources: sources.join(', '), readableFormats, hint }),
  )
}
