import type { AnomalyScore } from '../../../shared/anomalies'
import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { Calibration, type CalibrationState } from './calibration'
import {
  type Computing,
  type MapKind,
  type Measured,
  type MeasureName,
  Measures,
  type MeasuresState,
} from './measures'
import { together } from './scoreOfMeasures'

/** What is known of normal images, besides how to measure. */
export interface KnownOfNormal {
  /** What the score is put together of. */
  readonly kind: AnomalyScore
  readonly mapKind: MapKind
  readonly calibrations: readonly ({ readonly name: MeasureName } & CalibrationState)[]
  /** Ascending scores. */
  readonly normal: Float64Array
  readonly threshold: number
  /** Of the oddest places of normal images, what is as odd as the threshold; and what is usual. */
  readonly heatAt: number
  readonly usualHeat: number
  /** Rows of the source that others are compared with. */
  readonly kept: ArrayLike<number>
  /** Rows of the source that were measured on the way, and what they measured. */
  readonly compared: ArrayLike<number>
  readonly measured: Measured
}

/** By which a detector is made again. */
export interface DetectorState extends KnownOfNormal {
  readonly measures: MeasuresState
}

/** What a place is more than usual where it is as odd as the threshold. */
export const heatRange = ({ heatAt, usualHeat }: Pick<KnownOfNormal, 'heatAt' | 'usualHeat'>): number =>
  Math.max(heatAt - usualHeat, 1e-9)

/** Knows normal images, and says of others how odd they are. The caller disposes of it; the model is the caller's. */
export class AnomalyDetector {
  private readonly calibrations: ReadonlyMap<MeasureName, Calibration>
  /** Where the rows of the source are among the normal images. */
  private readonly places: ReadonlyMap<number, number>
  /** The same of all that were measured on the way. */
  private readonly knownPlaces: ReadonlyMap<number, number>

  constructor(
    readonly spec: ModelSpec,
    private readonly measures: Measures,
    private readonly known: KnownOfNormal,
  ) {
    this.calibrations = new Map(
      known.calibrations.map(({ name, ...state }) => [name, Calibration.restore(state)]),
    )
    this.places = placesOf(known.kept)
    this.knownPlaces = placesOf(known.compared)
  }

  /** The same detector in another process. @param computing with the same model */
  static async restore(
    computing: Computing,
    { measures, ...known }: DetectorState,
  ): Promise<AnomalyDetector> {
    return new AnomalyDetector(computing.spec, await Measures.restore(computing, measures), known)
  }

  /** By which it is made again. */
  get state(): DetectorState {
    return { measures: this.measures.state, ...this.known }
  }

  /** Ascending scores of normal images. */
  get normal(): Float64Array {
    return this.known.normal
  }

  get threshold(): number {
    return this.known.threshold
  }

  /**
   * @param rows of the source that it was fitted on, where the images are those
   * @param withMaps whether to give maps of odd places too: count × height × width
   */
  async score(
    pixels: Uint8Array,
    rows?: ArrayLike<number>,
    withMaps = false,
  ): Promise<{ scores: Float64Array; parts: Measured; maps: Float32Array }> {
    const known = rows && !withMaps ? this.knownOf(rows) : null
    if (known)
      return {
        scores: together(known, this.calibrations, this.known.kind),
        parts: known,
        maps: new Float32Array(0),
      }
    const own = rows && Int32Array.from(rows, (row) => this.places.get(row) ?? -1)
    const inputs = inputSize(this.spec.input)
    const size = inputs / this.spec.input.channels
    const maps = new Float32Array(withMaps ? (pixels.length / inputs) * size : 0)
    const comesAlong = withMaps && this.known.mapKind === 'texture'
    const onMap = comesAlong ? (i: number, map: Float32Array) => maps.set(map, i * size) : undefined
    const parts = await this.measures.of(pixels, own, { onMap })
    for (let i = 0; withMaps && !comesAlong && i * inputs < pixels.length; i++) {
      const { map } = await this.measures.mapOf(
        this.known.mapKind,
        pixels.subarray(i * inputs, (i + 1) * inputs),
      )
      maps.set(map, i * size)
    }
    return { scores: together(parts, this.calibrations, this.known.kind), parts, maps }
  }

  /** Null where one of them was not measured. */
  private knownOf(rows: ArrayLike<number>): Measured | null {
    const at = Int32Array.from(rows, (row) => this.knownPlaces.get(row) ?? -1)
    if (at.includes(-1)) return null
    const entries = Object.entries(this.known.measured) as [MeasureName, Float32Array][]
    return Object.fromEntries(
      entries.map(([name, all]) => [name, Float32Array.from(at, (place) => all[place]!)]),
    )
  }

  /** How odd each place of one image is, and what the network makes of it. */
  async look(pixels: Uint8Array): Promise<{ heat: Float32Array; output: Float32Array }> {
    const { map, output } = await this.measures.mapOf(this.known.mapKind, pixels)
    const { usualHeat } = this.known
    const range = heatRange(this.known)
    const heat = map.map((value) => Math.min(1, Math.max(0, (0.5 * (value - usualHeat)) / range)))
    return { heat, output }
  }

  async dispose(): Promise<void> {
    await this.measures.dispose()
  }
}

const placesOf = (rows: ArrayLike<number>): Map<number, number> =>
  new Map(Array.from(rows, (row, place) => [row, place]))
