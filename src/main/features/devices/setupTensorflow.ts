import type { ScriptRunner } from '../../base/scriptRunner'
import { tensorflowAddon } from '../../builtFiles'
import { tensorflowVersion } from '../../setup/tensorflow/wheel.mjs'
import type { JobProgress } from '../../base/jobService'
import { fetchTensorflow } from './tensorflow/fetchTensorflow'
import { usualIndex } from './tensorflow/packageIndex'
import type { Variant } from './tensorflow/plan'
import { probeLibrary, type Probed } from './tensorflow/probeLibrary'

const retryMs = 1000

export interface SetupRequest {
  readonly home: string
  readonly library: string
  /** HOURGLASS_PACKAGE_INDEX comes before it; null: the usual one. */
  readonly index: string | null
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

/** The libraries from the Python package index, with the app's own addon. @throws ExpectedError with what to do; CancelledError */
export async function setUpTensorflow(request: SetupRequest): Promise<Probed | null> {
  const { index, forBuilding = false, fetch, signal, runScript, ...rest } = request
  return fetchTensorflow({
    ...rest,
    version: tensorflowVersion,
    index: process.env.HOURGLASS_PACKAGE_INDEX || index || usualIndex,
    withHeaders: forBuilding,
    addon: forBuilding ? null : tensorflowAddon(),
    probe: forBuilding ? null : (folder) => probeLibrary(runScript, folder, signal),
    requests: { fetch, signal, retryMs },
  })
}
