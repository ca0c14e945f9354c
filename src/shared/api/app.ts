import type { Settings } from './settings'
import type { RuntimeName } from '../trainingConfig'

/** What the page has to know of where it runs. */
export interface AppState {
  readonly version: string
  /** `electron`: a window of its own; `served`: a page of a browser. */
  readonly host: 'electron' | 'served'
  readonly platform: 'linux' | 'darwin' | 'win32'
  /** The host that new versions come from; null where the app does not update itself. */
  readonly updatesFrom: string | null
  readonly settings: Settings
  readonly library: LibraryState
}

export interface LibraryState {
  /** Where it is, to read. */
  readonly location: string
}

export interface DeviceDescription {
  readonly runtime: RuntimeName
  readonly device: string
  readonly name: string
  readonly isGpu: boolean
  /** Latest timing here, images a second, with the model it was measured on; null before. */
  readonly speed: { readonly samplesPerSecond: number; readonly subject: string } | null
}

export interface DeviceState {
  readonly devices: readonly DeviceDescription[]
  /** Runtimes that cannot be used, and why. */
  readonly missing: readonly { readonly runtime: RuntimeName; readonly reason: string }[]
  /** What a training will use. */
  readonly chosen: { readonly runtime: RuntimeName; readonly device: string }
  /** `asked`: by the person; `fastest` of those measured; `gpu`: there is one; `default`: nothing else is known. */
  readonly because: 'asked' | 'fastest' | 'gpu' | 'default'
  /** Whether `devices.setupTensorflow` would help. */
  readonly canSetupTensorflow: boolean
}
