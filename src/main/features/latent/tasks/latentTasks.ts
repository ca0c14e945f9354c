import type { ComputeTarget, ModelFiles } from '../../../worker/protocol'

/** Codes, count × dimensions. In shared memory they are lent and not copied. */
export interface CodesParams {
  readonly codes: Float32Array
  readonly dimensions: number
}

export interface SurveyParams extends ComputeTarget {
  readonly model: ModelFiles
  /** `taken` images of each, spread evenly. */
  readonly datasets: readonly { readonly folder: string; readonly taken: number }[]
  /** Shared memory, filled in the order of the datasets. */
  readonly codes: Float32Array
  /** Mean squared error of each reconstruction. */
  readonly errors: Float32Array
  /** Mean of each image. */
  readonly brightness: Float32Array
}

/** A linear map: places are (code − mean) · axesᵀ. */
export interface LinearMap {
  /** dimensions */
  readonly mean: Float32Array
  /** components × dimensions */
  readonly axes: Float32Array
}

export interface MappedCodes {
  /** count × components, NaN for a code that is not finite or outside the sample. */
  readonly points: Float32Array
  readonly components: 1 | 2 | 3
  readonly explained: Float32Array | null
  readonly trustworthiness: number | null
  /** Null where the map is not linear. */
  readonly linear: LinearMap | null
}
