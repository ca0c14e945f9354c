import type { InputShape } from '../../../../shared/modelSpec'
import { type CalibrationState, leastScore } from '../calibration'
import { type DetectorState, heatRange } from '../detector'
import { askedBy, type MeasureName, mostSurprise, surpriseScale } from '../measures'
import type { Asked } from '../reconstructing'
import { wholeFrom } from '../scoreOfMeasures'
import type { OnnxMath } from './onnxMath'
import { appearanceScore } from './portableAppearance'
import { blurredErrors, dissimilarities, squaredErrors, worstPatchScore } from './portableErrors'
import { gradientFeatures } from './portableFeatures'
import { gaussianDistance, neighborScore } from './portableNeighbors'
import { heatMap, patchMaps } from './portablePatches'

/** Images, and what the network makes of them where the score or the map asks for it: names of values. */
export interface Seen {
  /** batch × height × width × channels, 0..1; the reconstruction too. */
  readonly image: string
  readonly reconstruction?: string | undefined
  /** batch × dimensions */
  readonly code?: string | undefined
}

/** What of the network the score and the map of a detector ask for. */
export function asksFor({ mapKind, measures: { names } }: DetectorState): Asked {
  const { output, codes } = askedBy(names)
  return { output: output || mapKind !== 'texture', codes }
}

/** The score that `AnomalyDetector` gives an image that it was not fitted on, and its heat without an upper end. */
export function portableScore(
  math: OnnxMath,
  seen: Seen,
  state: DetectorState,
  shape: InputShape,
): { map: string; score: string } {
  const { measures } = state
  const patches = measures.patches && patchMaps(math, seen.image, measures.patches, shape)
  const errors = seen.reconstruction && squaredErrors(math, seen.image, seen.reconstruction)
  const unlike =
    seen.reconstruction && (measures.names.includes('ssim') || state.mapKind === 'ssim')
      ? dissimilarities(math, seen.image, seen.reconstruction, shape)
      : undefined
  const maps = {
    texture: () => heatMap(math, patches!),
    ssim: () => unlike!,
    error: () => blurredErrors(math, errors!, shape),
  }
  const map = math.mul(math.sub(maps[state.mapKind](), state.usualHeat), 0.5 / heatRange(state))
  const measured = new Map<MeasureName, string>(
    measures.names.map((name) => [name, measureOf(name)] as const),
  )
  return { map: math.max(map, 0), score: together(math, measured, state) }

  function measureOf(name: MeasureName): string {
    const { features, codes, gaussian, appearance, typical } = measures
    switch (name) {
      case 'features':
        return neighborScore(math, gradientFeatures(math, seen.image, shape), features!)
      case 'appearance':
        return appearanceScore(math, seen.image, appearance!, shape)
      case 'texture':
        return surprise(math, math.max(patches!.texture, patches!.quiet))
      case 'pieces':
        return surprise(math, patches!.pieces)
      case 'error':
        return math.mean(errors!, [1, 2])
      case 'patch':
        return worstPatchScore(math, errors!, typical, shape)
      case 'ssim':
        return math.largest(unlike!, [1, 2])
      case 'knn':
        return neighborScore(math, seen.code!, codes!)
      case 'mahalanobis':
        return gaussianDistance(math, seen.code!, gaussian!)
    }
  }
}

/** In the logarithm, as which it is put together. */
const surprise = (math: OnnxMath, map: string) =>
  math.div(math.min(math.largest(map, [1, 2]), mostSurprise), surpriseScale)

/** As `together` does it. */
function together(
  math: OnnxMath,
  measured: ReadonlyMap<MeasureName, string>,
  { kind, calibrations }: DetectorState,
): string {
  const states = new Map(calibrations.map((one) => [one.name, one]))
  const calibrated = (name: MeasureName) => inRelation(math, name, measured.get(name)!, states.get(name)!)
  const isPart = (name: MeasureName) => name === 'texture' || name === 'pieces'
  const counts = kind === 'default' && measured.has('appearance')
  const terms = [...measured.keys()]
    .filter((name) => !isPart(name) && !(counts && name === 'appearance'))
    .map(calibrated)
  if (measured.has('texture')) terms.push(math.max(calibrated('texture'), calibrated('pieces')))
  const mean = math.div(
    terms.reduce((a, b) => math.add(a, b)),
    terms.length,
  )
  return counts ? logOfSum(math, mean, math.sub(calibrated('appearance'), wholeFrom)) : mean
}

function inRelation(
  math: OnnxMath,
  name: MeasureName,
  value: string,
  { median, spread, isEven }: CalibrationState,
): string {
  const isLog = isEven || name === 'texture' || name === 'pieces'
  const scaled = isLog ? value : math.log(math.max(value, leastScore))
  return math.div(math.sub(scaled, median), spread)
}

function logOfSum(math: OnnxMath, a: string, b: string): string {
  const most = math.max(a, b)
  const exp = (one: string) => math.node('Exp', [math.sub(one, most)])
  return math.add(most, math.log(math.add(exp(a), exp(b))))
}
