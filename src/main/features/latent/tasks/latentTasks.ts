import type {
  ClusteredCodes,
  ClusterMethod,
  CodeMetric,
  CodeStatistics,
  LabelAccuracy,
  Projection,
} from '../../../../shared/api/latent'
import type { ComputeTarget, ModelFiles, ProgressEvent } from '../../../worker/protocol'

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

/** The tasks behind a map of codes. Codes that are not finite are left out of all of them. */
export interface LatentTasks {
  surveyCodes: { params: SurveyParams; result: CodeStatistics & { broken: number }; event: ProgressEvent }
  mapCodes: {
    params: CodesParams & {
      projection: Projection
      /** Places of the same points before: `umap` begins from them, `pca` is turned onto them. */
      start?: Float32Array | null
    }
    result: MappedCodes
    event: ProgressEvent
  }
  clusterCodes: {
    params: CodesParams & { method: ClusterMethod; seed: number; labels: Int32Array }
    result: ClusteredCodes
    event: ProgressEvent
  }
  /** @param leftOut a row that is not looked at, or −1 */
  nearest: {
    params: CodesParams & { code: Float32Array; k: number; metric: CodeMetric; leftOut: number }
    result: { indices: Int32Array; distances: Float32Array }
    event: never
  }
  labelAccuracy: {
    params: CodesParams & { labels: Int32Array; k: number; metric: CodeMetric }
    result: LabelAccuracy
    event: never
  }
}
