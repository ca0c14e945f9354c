import type { ScriptRunner } from '../../base/scriptRunner'
import { tensorflowAddon } from '../../store/builtFiles'
import { usualPackageIndex } from '../../../shared/api/settings'
import { tensorflowVersion } from '../../setup/tensorflow/wheel.mjs'
import type { JobProgress } from '../../base/jobService'
import { fetchTensorflow } from './tensorflow/fetchTensorflow'
import type { Variant } from './tensorflow/plan'
import { probeLibrary, type Probed } from './tensorflow/probeLibrary'

const retryMs = 1000

export interface SetupRequest {
  readonly home: string
  readonly library: string
  /** Base of the index's JSON API. */
  readonly index: string
  readonly variant?: Variant
  /** Libraries and headers to build an addon with; else the addon that comes with the app is put beside them and tried. */
  readonly forBuilding?: boolean
  readonly runScript: ScriptRunner
  readonly fetch: typeof fetch
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
}

/** Whether TensorFlow can be set up here without a compiler. */
export const hasAddon = (): boolean => process.platform === 'linux' && tensorflowAddon() !== null

/** The index that HOURGLASS_PACKAGE_INDEX names, else that of the settings, else the usual one. */
export const packageIndexOr = (ofSettings: string | null): string =>
  process.env.HOURGLASS_PACKAGE_INDEX || ofSettings || usualPackageIndex

/** The libraries from the Python package index, with the app's own addon. @throws ExpectedError with what to do; CancelledError */
export async function setUpTensorflow(request: SetupRequest): Promise<Probed | null> {
  const { forBuilding = false, fetch, signal, runScript, ...rest } = request
  return fetchTensorflow({
    ...rest,
    version: tensorflowVersion,
    withHeaders: forBuilding,
    addon: forBuilding ? null : tensorflowAddon(),
    probe: forBuilding ? null : (folder) => probeLibrary(runScript, folder, signal),
    requests: { fetch, signal, retryMs },
  })
}
