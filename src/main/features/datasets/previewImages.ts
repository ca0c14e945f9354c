import type { DatasetPreview } from '../../../shared/api/library'
import type { PixelBlock } from '../../../shared/api/library'
import type { Preprocessing } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { ImportScales } from './importScales'
import { noFence } from '../../base/fence'
import { findTrainingImages } from './trainingImages'
import { cutPatch, patchCorners } from './patches'
import type { Pixels } from '../pictures/pixels'
import { readImages } from './readImages'
import { planReading } from './readingPlan'
import { reasonOf } from '../pictures/unusableImage'

/** Looking for images ends here: a preview of a huge folder must not wait for all of it. */
const enoughImages = 20_000
const patienceMs = 700

export type CleanPreview = Omit<DatasetPreview, 'corrupted'>

/** Some images, spread over all that are found quickly, as the network would see them. @throws ExpectedError like an import */
export async function previewImages(
  sources: readonly string[],
  preprocessing: Preprocessing,
  count: number,
  fence = noFence,
): Promise<CleanPreview> {
  const startedAt = performance.now()
  const isEnough = (n: number) => n >= enoughImages || performance.now() - startedAt > patienceMs
  const { images, skipped, more } = await findTrainingImages([...sources], {
    labels: preprocessing.labels,
    fence,
    isEnough,
  })
  const { readings } = planReading(images, { limit: count, patches: null })
  const scales = new ImportScales(images, preprocessing.range)
  const shown: Uint8Array[] = []
  const names: string[] = []
  for await (const step of readImages(readings, preprocessing, null, { scales })) {
    skipped.push(...step.skipped)
    if (step.image?.content.kind !== 'decoded') continue
    const { path, content } = step.image
    try {
      shown.push(seen(content.pixels, path, preprocessing))
      names.push(path)
    } catch (error) {
      skipped.push({ path, reason: reasonOf(error) })
    }
  }
  if (shown.length === 0) throw nothingUsable(skipped)
  const found = images.reduce((sum, image) => sum + (image.kind === 'idx' ? image.idx.count : 1), 0)
  return {
    clean: blockOf(shown, preprocessing),
    names,
    found,
    more,
    skipped: skipped.slice(0, 1000),
    scales: scales.all,
  }
}

/** Of the patches the middle one of the grid, which says more than the corner, or the first random one. */
function seen(pixels: Pixels, path: string, preprocessing: Preprocessing): Uint8Array {
  if (!preprocessing.patches) return pixels.data
  const { width, height, color, patches } = preprocessing
  const patch = new Uint8Array(width * height * (color === 'grey' ? 1 : 3))
  const corners = [...patchCorners(pixels, path, preprocessing)]
  const corner = corners[patches?.mode === 'grid' ? Math.floor(corners.length / 2) : 0]!
  cutPatch(pixels, corner, preprocessing, patch)
  return patch
}

function blockOf(images: readonly Uint8Array[], { width, height, color }: Preprocessing): PixelBlock {
  const channels = color === 'grey' ? 1 : 3
  const size = width * height * channels
  const data = new Uint8Array(images.length * size)
  images.forEach((image, i) => data.set(image, i * size))
  return { count: images.length, width, height, channels, data }
}

function nothingUsable([first]: CleanPreview['skipped']): ExpectedError {
  const why = first ? ` ${first.path}: ${first.reason}` : ''
  return new ExpectedError('bad-input', sentence('datasets.noneTheseImagesCan', { why }))
}
