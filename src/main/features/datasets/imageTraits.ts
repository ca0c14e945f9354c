import { extname } from 'node:path'
import { Matrix, SingularValueDecomposition } from 'ml-matrix'
import { sharp } from '../../base/sharp'
import { preprocessingSchema, type Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import type { ImageTraits } from '../../../shared/plan'
import { noFence } from '../../base/fence'
import type { FoundImage } from './findImages'
import { ImportScales } from './importScales'
import { findTrainingImages } from './trainingImages'
import { planReading } from './readingPlan'
import { readImages } from './readImages'
import type { LookedAt } from './walkFolder'
import { sentence } from '../../../shared/texts/sentence'

/** Images that are looked at, evenly spread over those that were found. */
const lookedAt = 120
/** Looking for images ends here: a plan must not wait for all of a huge folder. */
const enoughImages = 100_000
const patienceMs = 2000
/** Files whose header is asked for transparency. */
const headersAsked = 12

/** Side at which images are compared, and that of the smaller versions that PCA sees. */
export const traitsSide = 64
const smallSide = 16
/** A picture in colour differs by this much between its channels, on average, of 255. */
const colourful = 2
/** Neighbours that differ by no more than this are the same tone. */
const sameTone = 2
/** Share of neighbours of the same tone from which on an image counts as drawn. */
const drawnShare = 0.55
/** Mean squared difference, on the 0-255 scale, up to which two images are the same. */
const equalError = 0.5
const heldVariance = 0.9

/** Some images, count × side × side × 3 bytes, and the sizes of their originals. */
export interface SampledImages {
  readonly pixels: readonly Uint8Array[]
  readonly widths: readonly number[]
  readonly heights: readonly number[]
}

/** What was measured, and where: as long as `isAsItWas` says so of that, it holds. */
export interface MeasuredPlaces {
  readonly traits: ImageTraits
  readonly looked: readonly LookedAt[]
}

/** Measures what a plan depends on. @throws ExpectedError when there is no image that can be read */
export const traitsOfPlaces = async (sources: readonly string[]): Promise<ImageTraits> =>
  (await measurePlaces(sources)).traits

/** @throws ExpectedError when there is no image that can be read */
export async function measurePlaces(sources: readonly string[], fence = noFence): Promise<MeasuredPlaces> {
  const startedAt = performance.now()
  const isEnough = (n: number) => n >= enoughImages || performance.now() - startedAt > patienceMs
  const {
    images,
    skipped: leftOut,
    looked,
  } = await findTrainingImages([...sources], {
    labels: 'folder',
    fence,
    isEnough,
  })
  const preprocessing = preprocessingSchema.parse({ width: traitsSide, height: traitsSide, color: 'rgb' })
  const { readings } = planReading(images, { limit: lookedAt, patches: null })
  const broken: Skipped[] = []
  const sampled = { pixels: [] as Uint8Array[], widths: [] as number[], heights: [] as number[] }
  for await (const step of readImages(readings, preprocessing, null, {
    scales: new ImportScales(images, 'auto'),
  })) {
    broken.push(...step.skipped)
    if (step.image?.content.kind !== 'decoded') continue
    sampled.pixels.push(step.image.content.pixels.data)
    sampled.widths.push(step.image.width)
    sampled.heights.push(step.image.height)
  }
  const [first] = [...leftOut, ...broken]
  if (sampled.pixels.length === 0)
    throw new ExpectedError(
      'bad-input',
      sentence('datasets.noneTheseImagesCan', { why: first ? ` ${first.path}: ${first.reason}` : '' }),
    )
  const found = images.reduce((sum, image) => sum + (image.kind === 'idx' ? image.idx.count : 1), 0)
  const readable = sampled.pixels.length / (sampled.pixels.length + broken.length)
  const traits = {
    // As many of all are taken for broken as of those that were looked at; of up to so many, it is known.
    images: Math.round(found * readable),
    labels: new Set(images.flatMap((image) => (image.kind === 'idx' ? [] : (image.label ?? [])))).size,
    transparent: await isTransparent(images),
    ...traitsOf(sampled),
  }
  return { traits, looked }
}

/** What the pixels tell. */
export function traitsOf({
  pixels,
  widths,
  heights,
}: SampledImages): Omit<ImageTraits, 'images' | 'labels' | 'transparent'> {
  const isColoured = pixels.filter(isInColour).length > pixels.length / 20
  const drawn = pixels.filter((image) => toneShare(image) > drawnShare).length
  return {
    width: median(widths),
    height: median(heights),
    channels: isColoured ? 3 : 1,
    kind: drawn > pixels.length / 2 ? 'drawings' : 'photographs',
    components: componentsOf(pixels),
    equal: pixels.every((image) => squaredError(image, pixels[0]!) <= equalError),
  }
}

function isInColour(image: Uint8Array): boolean {
  let sum = 0
  for (let at = 0; at < image.length; at += 3)
    sum += Math.abs(image[at]! - image[at + 1]!) + Math.abs(image[at + 1]! - image[at + 2]!)
  return sum / ((2 * image.length) / 3) > colourful
}

/** Share of pixels that have the tone of their left neighbour. */
function toneShare(image: Uint8Array): number {
  let same = 0
  let all = 0
  for (let at = 3; at < image.length; at += 3) {
    if ((at / 3) % traitsSide === 0) continue
    all++
    if (Math.abs(image[at + 1]! - image[at - 2]!) <= sameTone) same++
  }
  return same / all
}

function squaredError(a: Uint8Array, b: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return sum / a.length
}

/** Principal components that hold nine tenths of the variance of smaller versions in grey. */
function componentsOf(images: readonly Uint8Array[]): number {
  if (images.length < 2) return 0
  const rows = images.map(smallGrey)
  const means = rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
  const centred = new Matrix(rows.map((row) => row.map((value, i) => value - means[i]!)))
  const { diagonal } = new SingularValueDecomposition(centred, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  })
  const variances = diagonal.map((value) => value * value)
  const total = variances.reduce((sum, value) => sum + value, 0)
  let held = 0
  const found = variances.findIndex((value) => (held += value) >= heldVariance * total)
  return total === 0 ? 0 : found + 1
}

function smallGrey(image: Uint8Array): number[] {
  const step = traitsSide / smallSide
  return Array.from({ length: smallSide * smallSide }, (_, i) => {
    const [top, left] = [Math.floor(i / smallSide) * step, (i % smallSide) * step]
    let sum = 0
    for (let y = top; y < top + step; y++)
      for (let x = left; x < left + step; x++) sum += image[(y * traitsSide + x) * 3 + 1]!
    return sum / (step * step)
  })
}

async function isTransparent(images: readonly FoundImage[]): Promise<boolean> {
  const files = images.flatMap((image) =>
    image.kind === 'idx' || !/^\.(png|webp|gif|avif)$/i.test(extname(image.absolute)) ? [] : [image.absolute],
  )
  const step = Math.max(1, Math.floor(files.length / headersAsked))
  for (const file of files.filter((_, i) => i % step === 0).slice(0, headersAsked)) {
    // A file that cannot be read is told of when it is imported.
    const { hasAlpha } = await sharp(file)
      .metadata()
      .catch(() => ({ hasAlpha: false }))
    if (hasAlpha) return true
  }
  return false
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
