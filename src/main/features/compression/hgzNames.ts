import type { DatasetItem } from '../../../shared/dataset'
import { damagedFile, type HgzNames } from './hgzFormat'

/** What a file keeps of an image beside its pixels. */
export interface KeptItem {
  readonly path: string
  readonly label: string | null
  readonly width: number
  readonly height: number
  readonly modifiedMs: number | null
}

/** A block's items as they are written. @param labels all labels of the file */
export function packItems(items: readonly DatasetItem[], labels: readonly string[]): HgzNames {
  const places = new Map(labels.map((label, i) => [label, i]))
  const shared: number[] = []
  const rests: string[] = []
  let before = ''
  for (const { path } of items) {
    const name = path.replaceAll('\n', '_')
    let same = 0
    while (same < before.length && same < name.length && before[same] === name[same]) same++
    shared.push(same)
    rests.push(name.slice(same))
    before = name
  }
  const dated = items.every(({ modifiedMs }) => modifiedMs !== undefined)
  let last = 0
  return {
    paths: rests.join('\n'),
    shared,
    labels: items.map(({ label }) => (label === null ? -1 : (places.get(label) ?? -1))),
    widths: items.map(({ width }) => width),
    heights: items.map(({ height }) => height),
    modified: dated
      ? items.map(({ modifiedMs }) => {
          const time = Math.round(modifiedMs!)
          const change = time - last
          last = time
          return change
        })
      : null,
  }
}

/** @throws ExpectedError where the lists do not fit together */
export function unpackItems(
  names: HgzNames,
  labels: readonly string[],
  count: number,
  path: string,
): KeptItem[] {
  const rests = count === 0 ? [] : names.paths.split('\n')
  const lists = [rests, names.shared, names.labels, names.widths, names.heights, names.modified ?? rests]
  if (lists.some((list) => list.length !== count))
    throw damagedFile(path, 'the names of its images do not fit its codes')
  let before = ''
  let time = 0
  return rests.map((rest, i): KeptItem => {
    before = before.slice(0, names.shared[i]) + rest
    time += names.modified?.[i] ?? 0
    return {
      path: before,
      label: labels[names.labels[i]!] ?? null,
      width: names.widths[i]!,
      height: names.heights[i]!,
      modifiedMs: names.modified ? time : null,
    }
  })
}
