import type { Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { damagedPictures } from '../../store/datasetFiles'
import { openDataset } from '../../store/datasetStore'
import { openDamaged } from '../../store/pairedDataset'
import { type ImportProgress, type ImportRequest, importDataset } from './importDataset'
import type { ImagePair, PairedFolders } from './pairedFolders'

interface PairsImport extends Pick<
  ImportRequest,
  'out' | 'name' | 'fence' | 'preprocessing' | 'signal' | 'onProgress'
> {
  readonly found: PairedFolders
}

/**
 * Makes a dataset out of the clean pictures of pairs, and one out of the damaged ones within its folder: row by row they belong
 * together. A picture that turns out not to be readable is left out with its partner.
 *
 * @returns what was left out. @throws ExpectedError, CancelledError as `importDataset` does
 */
export async function importPairs({ found, out, onProgress, ...request }: PairsImport): Promise<Skipped[]> {
  const skipped: Skipped[] = []
  let { pairs } = found
  for (;;) {
    const paths = (side: 'target' | 'input') => pairs.map((pair) => pair[side])
    const clean = { ...request, sources: [found.targets], only: paths('target'), out, leftOut: found.skipped }
    const damaged = { ...request, sources: [found.inputs], only: paths('input'), out: damagedPictures(out) }
    for (const [i, one] of [clean, damaged].entries()) {
      const half = onProgress && halfOf(i, pairs.length, onProgress)
      const { info } = await importDataset({ ...one, onProgress: half })
      skipped.push(...info.skipped.slice(i === 0 ? found.skipped.length : 0))
    }
    const kept = await readInBoth(out, pairs)
    // Few of them lack a partner, and the others are taken over as they are.
    if (kept.length === pairs.length) break
    if (kept.length === 0) throw nothingLeft(skipped)
    pairs = kept
  }
  await checkAlike(out, pairs)
  return [...new Map(skipped.map((one) => [one.path, one])).values()]
}

/** Both folders are read one after the other, and told of as one work. */
const halfOf =
  (half: number, pairs: number, report: (progress: ImportProgress) => void) => (progress: ImportProgress) =>
    report(
      progress.phase === 'finding'
        ? progress
        : { ...progress, done: half * pairs + progress.done, total: 2 * pairs },
    )

async function readInBoth(folder: string, pairs: readonly ImagePair[]): Promise<ImagePair[]> {
  const clean = await pathsIn(folder)
  const damaged = await pathsIn(damagedPictures(folder))
  return pairs.filter(({ input, target }) => clean.has(target) && damaged.has(input))
}

async function pathsIn(folder: string): Promise<Set<string>> {
  const dataset = await openDataset(folder)
  try {
    const paths = new Set<string>()
    for await (const { path } of dataset.items()) paths.add(path)
    return paths
  } finally {
    await dataset.close()
  }
}

/** Rows of both are in the order of the pairs: anything else is a bug, and a model would learn nonsense from it. */
async function checkAlike(folder: string, pairs: readonly ImagePair[]): Promise<void> {
  const partnerOf = new Map(pairs.map(({ input, target }) => [target, input]))
  const clean = await openDataset(folder)
  try {
    const damaged = await openDamaged(clean)
    try {
      const others = damaged.items()
      for await (const { path, left, top } of clean.items()) {
        const other = (await others.next()).value
        if (!other || other.path !== partnerOf.get(path) || other.left !== left || other.top !== top)
          throw new Error(`${path} and its damaged picture are in different rows.`)
      }
    } finally {
      await damaged.close()
    }
  } finally {
    await clean.close()
  }
}

function nothingLeft([first]: readonly Skipped[]): ExpectedError {
  const why = first ? ` ${first.path}: ${first.reason}` : ''
  return new ExpectedError('bad-input', sentence('datasets.noPairUsable', { why }))
}
