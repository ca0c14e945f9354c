import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharp } from '../../base/sharp'
import { preprocessingSchema } from '../../../shared/dataset'
import { decodesAtOnce } from '../../features/pictures/decodeImage'
import { findImages, type FoundFile } from '../../features/datasets/findImages'
import { importDataset } from '../../features/datasets/importDataset'
import { makeSample } from '../../features/datasets/makeSample'

export interface ImportSpeed {
  images: number
  /** Best of the rounds. */
  imagesPerSecond: { sharp: number; import: number }
}

const sampleCount = 4000

/**
 * Times an import, from the folder to the synced dataset, against a bare loop of sharp that decodes, resizes and throws
 * away the same files, as many at once. They alternate, so that other load on the machine hits both. Without a folder
 * they read a sample of their own.
 */
export async function measureImport(
  folder: string | undefined,
  rounds: number,
  signal: AbortSignal,
): Promise<ImportSpeed> {
  const work = await mkdtemp(join(tmpdir(), 'hourglass-bench-'))
  try {
    const source = folder ?? join(work, 'sample')
    if (!folder) await makeSample({ out: source, count: sampleCount, seed: 1, signal })
    const found = await findImages([source], { labels: 'none', signal })
    const files = found.images.filter((image) => image.kind === 'file')
    const preprocessing = preprocessingSchema.parse({})
    const imagesPerSecond = { sharp: 0, import: 0 }
    for (let round = 0; round < rounds; round++) {
      const bare = await rate(files.length, () => decodeBare(files, signal))
      const ours = await rate(files.length, async () => {
        const out = join(work, `dataset-${round}`)
        await importDataset({ sources: [source], out, preprocessing, signal })
      })
      imagesPerSecond.sharp = Math.max(imagesPerSecond.sharp, bare)
      imagesPerSecond.import = Math.max(imagesPerSecond.import, ours)
    }
    return { images: files.length, imagesPerSecond }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Runs a second. */
async function rate(count: number, run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return (count / (performance.now() - startedAt)) * 1000
}

async function decodeBare(files: FoundFile[], signal: AbortSignal): Promise<void> {
  let next = 0
  const loop = async () => {
    while (next < files.length) {
      signal.throwIfAborted()
      const { absolute } = files[next++]!
      const resized = sharp(absolute).resize(28, 28, { fit: 'cover' }).toColourspace('b-w')
      await resized
        .raw()
        .toBuffer()
        .catch(() => {
          // Damaged files are in both.
        })
    }
  }
  await Promise.all(Array.from({ length: decodesAtOnce }, loop))
}
