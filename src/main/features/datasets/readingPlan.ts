import type { Preprocessing } from '../../../shared/dataset'
import type { FoundFile, FoundIdx, FoundImage } from './findImages'

/** What is to be read: of each slot of files the first that is an image, of an IDX file `take` images. */
export type Reading =
  { kind: 'files'; files: FoundFile[]; take: number } | { kind: 'idx'; found: FoundIdx; take: number }

/**
 * Spreads a limit evenly over everything found, so that a part of a folder with one subfolder a label still has all the
 * labels. `total` is the number of images to read.
 */
export function planReading(
  images: FoundImage[],
  { limit, patches }: Pick<Preprocessing, 'limit' | 'patches'>,
): { readings: Reading[]; total: number } {
  const groups = groupFiles(images)
  const available = groups.reduce((sum, group) => sum + sizeOf(group), 0)
  const perImage = patches?.mode === 'random' ? patches.count : 1
  const all = limit === null || patches?.mode === 'grid'
  const total = all ? available : Math.min(available, Math.ceil(limit / perImage))
  let before = 0
  const readings = groups.map((group): Reading => {
    const from = share(before, available, total)
    before += sizeOf(group)
    const take = share(before, available, total) - from
    return Array.isArray(group) ? { kind: 'files', files: group, take } : { kind: 'idx', found: group, take }
  })
  return { readings, total }
}

/** `take` runs of items, as equal as can be. */
export function* slots<T>(items: T[], take: number): Generator<T[], void, undefined> {
  for (let i = 0; i < take; i++)
    yield items.slice(share(i, take, items.length), share(i + 1, take, items.length))
}

/** The images of an IDX file that are taken: the index of the i-th of `take`. */
export function spreadIndex(i: number, take: number, count: number): number {
  return share(i, take, count)
}

function share(part: number, whole: number, of: number): number {
  return Math.floor((part * of) / whole)
}

function groupFiles(images: FoundImage[]): (FoundFile[] | FoundIdx)[] {
  const groups: (FoundFile[] | FoundIdx)[] = []
  for (const image of images) {
    const last = groups.at(-1)
    if (image.kind === 'idx') groups.push(image)
    else if (Array.isArray(last)) last.push(image)
    else groups.push([image])
  }
  return groups
}

function sizeOf(group: FoundFile[] | FoundIdx): number {
  return Array.isArray(group) ? group.length : group.idx.count
}
