import type { AnomalyScore } from '../../../shared/anomalies'
import { thresholdFor } from '../../../shared/anomalyFigures'
import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { inferenceBatch } from '../training/evaluation'
import { type PixelSource, readImages } from '../training/pixelSource'
import { robustThreshold } from './calibration'
import { AnomalyDetector, type KnownOfNormal } from './detector'
import { GradientFeatures } from './gradientFeatures'
import {
  type Computing,
  type MapKind,
  type Measured,
  type MeasureName,
  measureNames,
  type Measures,
} from './measures'
import { NormalImages } from './normalImages'
import { calibrate, together } from './scoreOfMeasures'

export interface DetectorOptions extends Computing {
  readonly score: AnomalyScore
  readonly falseAlarms: number
  /** Rows of the source that are normal, ascending. */
  readonly rows: Uint32Array
  /** Those of them that the network was not trained on; none where that is all or nothing of them. */
  readonly heldOut: ReadonlySet<number>
  /** Whether some of the images may be odd: the worst tenth is left out, and all are measured again. */
  readonly robust: boolean
  readonly onProgress: (done: number, total: number) => void
  /** Asked between batches; throws to end it. */
  readonly check: () => void
}

/** Images with which others are compared, at most; also by how many of their numbers go into memory. */
const mostCompared = 6000
const mostNumbers = 4e8
/** Share of images that leaves where some may be odd. */
const leftOut = 0.1
const fewestForLeaving = 20
/** Up to this side small shapes matter and surfaces do not. */
const smallSide = 40

/** Learns from normal images what is normal. */
export async function fitDetector(source: PixelSource, options: DetectorOptions): Promise<AnomalyDetector> {
  const { rows, robust } = options
  const names = measuresOf(options.score, options.spec)
  const compared = spread(rows, Math.min(mostCompared, Math.floor(mostNumbers / source.rowBytes)))
  const leave = robust && compared.length >= fewestForLeaving
  const steps = (leave ? 4 : 2) * compared.length
  let done = 0
  const onBatch = (count: number) => options.onProgress(Math.min(steps, (done += count)), steps)
  let kept = compared
  let measures = await learn(source, kept, names, options, onBatch)
  let measured = await measureAll(source, compared, measures, placesOf(kept), options, onBatch, leave)
  let calibrations = calibrate(measured, compared, options.heldOut)
  if (leave) {
    const scores = together(measured, calibrations, options.score)
    const limit = thresholdFor(Float64Array.from(scores).sort(), leftOut)
    kept = compared.filter((_, i) => scores[i]! <= limit)
    await measures.dispose()
    measures = await learn(source, kept, names, options, onBatch)
    measured = await measureAll(source, compared, measures, placesOf(kept), options, onBatch)
    calibrations = calibrate(measured, compared, options.heldOut)
  }
  const mapKind = mapKindOf(options.score, names)
  const judged = await judge(
    source,
    spread(kept, 40),
    measures,
    mapKind,
    together(measured, calibrations, options.score),
    options,
  )
  return new AnomalyDetector(options.spec, measures, {
    kind: options.score,
    mapKind,
    ...judged,
    kept,
    compared,
    measured,
    calibrations: [...calibrations].map(([name, { state }]) => ({ name, ...state })),
  })
}

type Judged = Pick<KnownOfNormal, 'normal' | 'threshold' | 'heatAt' | 'usualHeat'>

/** What a score is put together of. */
export function measuresOf(score: AnomalyScore, { input }: ModelSpec): MeasureName[] {
  if (score === 'ranks') return [...measureNames]
  if (score === 'texture') return ['texture', 'pieces']
  if (score !== 'default') return [score]
  return Math.max(input.width, input.height) <= smallSide
    ? ['features']
    : ['features', 'texture', 'pieces', 'appearance']
}

function mapKindOf(score: AnomalyScore, names: readonly MeasureName[]): MapKind {
  if (score === 'ssim') return 'ssim'
  return names.includes('texture') ? 'texture' : 'error'
}

async function learn(
  source: PixelSource,
  rows: Uint32Array,
  names: readonly MeasureName[],
  options: DetectorOptions,
  onBatch: (count: number) => void,
): Promise<Measures> {
  const gradients = new GradientFeatures(options.spec.input)
  const images = new NormalImages(options, names, gradients, rows.length)
  await eachBatch(source, rows, options, async (pixels, some) => {
    await images.add(pixels)
    onBatch(some.length)
  })
  return images.learn()
}

async function measureAll(
  source: PixelSource,
  rows: Uint32Array,
  measures: Measures,
  places: ReadonlyMap<number, number>,
  options: DetectorOptions,
  onBatch: (count: number) => void,
  quickly = false,
): Promise<Measured> {
  const all: Measured = Object.fromEntries(
    measures.names.map((name) => [name, new Float32Array(rows.length)]),
  )
  let first = 0
  await eachBatch(source, rows, options, async (pixels, some) => {
    const own = Int32Array.from(some, (row) => places.get(row) ?? -1)
    const measured = await measures.of(pixels, own, { quickly })
    for (const name of measures.names) all[name]!.set(measured[name]!, first)
    first += some.length
    onBatch(some.length)
  })
  return all
}

async function eachBatch(
  source: PixelSource,
  rows: Uint32Array,
  { check }: DetectorOptions,
  visit: (pixels: Uint8Array, rows: Uint32Array) => Promise<void>,
): Promise<void> {
  const batch = inferenceBatch(source.rowBytes)
  for (let from = 0; from < rows.length; from += batch) {
    check()
    const some = rows.subarray(from, from + batch)
    const pixels = new Uint8Array(some.length * source.rowBytes)
    await readImages(source, some, pixels)
    await visit(pixels, some)
  }
}

async function judge(
  source: PixelSource,
  rows: Uint32Array,
  measures: Measures,
  kind: MapKind,
  scores: Float64Array,
  options: DetectorOptions,
): Promise<Judged> {
  const { robust, falseAlarms } = options
  const normal = Float64Array.from(scores).sort()
  const threshold = robust ? robustThreshold(normal, falseAlarms) : thresholdFor(normal, falseAlarms)
  const [worst, usual]: [number[], number[]] = [[], []]
  const pixels = new Uint8Array(inputSize(options.spec.input))
  for (const row of rows) {
    options.check()
    await source.readRows(row, 1, pixels)
    const { map } = await measures.mapOf(kind, pixels)
    const sorted = map.slice().sort()
    worst.push(sorted.at(-1)!)
    usual.push(sorted[sorted.length >> 1]!)
  }
  return {
    normal,
    threshold,
    heatAt: thresholdFor(
      worst.sort((a, b) => a - b),
      0.1,
    ),
    usualHeat: thresholdFor(
      usual.sort((a, b) => a - b),
      0.5,
    ),
  }
}

const placesOf = (rows: Uint32Array): Map<number, number> =>
  new Map([...rows].map((row, place) => [row, place]))

/** Some of them, evenly spread. */
function spread(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows
  return Uint32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!)
}
