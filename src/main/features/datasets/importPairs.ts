import type { DatasetItem, Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { damagedPictures } from '../../store/datasetFiles'
import { openDataset } from '../../store/datasetStore'
import { openDamaged } from '../../store/pairedDataset'
import { type ImportRequest, importDataset } from './importDataset'
import { type PairedFolders, pairName } from './pairedFolders'

interface PairsImport extends Pick<ImportRequest, 'out' | 'preprocessing' | 'signal' | 'onProgress'> {
  readonly found: PairedFolders
}

/**
 * Makes a dataset out of the clean pictures of pairs, and one out of the damaged ones within its folder: row by row they belong
 * together. A picture that turns out not to be readable is left out with its partner.
 *
 * @returns what was left out. @throws ExpectedError, CancelledError as `importDataset` does
 */
export async function importPairs({ found, out, ...request }: PairsImport): Promise<Skipped[]> {
  const skipped: Skipped[] = []
  let { pairs } = found
  for (;;) {
    const only = (side: 'target' | 'input') => new Set(pairs.map((pair) => pair[side]))
    const clean = { ...request, sources: [found.targets], only: only('target'), out }
    const damaged = { ...request, sources: [found.inputs], only: only('input'), out: damagedPictures(out) }
    for (const one of [clean, damaged]) skipped.push(...(await importDataset(one)).info.skipped)
    const both = await namesInBoth(out)
    const kept = pairs.filter(({ target }) => both.has(pairName(target)))
    // Few of them lack a partner, and the others are taken over as they are.
    if (kept.length === pairs.length) break
    if (kept.length === 0) throw nothingLeft(skipped)
    pairs = kept
  }
  await checkAlike(out)
  return [...new Map(skipped.map((one) => [one.path, one])).values()]
}

async function namesInBoth(folder: string): Promise<Set<string>> {
  const names = await namesOf(damagedPictures(folder))
  return new Set([...(await namesOf(folder))].filter((name) => names.has(name)))
}

async function namesOf(folder: string): Promise<Set<string>> {
  const dataset = await openDataset(folder)
  try {
    const names = new Set<string>()
    for await (const { path } of dataset.items()) names.add(pairName(path))
    return names
  } finally {
    await dataset.close()
  }
}

/** Endings may bring names into another order. @throws ExpectedError where they do */
async function checkAlike(folder: string): Promise<void> {
  const clean = await openDataset(folder)
  try {
    const damaged = await openDamaged(clean)
    try {
      const others = damaged.items()
      for await (const item of clean.items()) {
        const other = (await others.next()).value
        if (!other || placeOf(other) !== placeOf(item)) throw orderDiffers(item)
      }
    } finally {
      await damaged.close()
    }
  } finally {
    await clean.close()
  }
}

const placeOf = ({ path, left, top }: DatasetItem) => JSON.stringify([pairName(path), left, top])

const orderDiffers = ({ path }: DatasetItem) =>
  new ExpectedError('bad-input', sentence('datasets.pairsInOtherOrder', { path }))

function nothingLeft([first]: readonly Skipped[]): ExpectedError {
  const why = first ? ` ${first.path}: ${first.reason}` : ''
  return new ExpectedError('bad-input', `None of the pairs of pictures can be used.${why}`)
}
