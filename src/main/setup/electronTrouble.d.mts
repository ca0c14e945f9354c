import type { ElectronTrouble } from './openElectron.mjs'

export interface ElectronSystem {
  readonly platform: string
  readonly uid: number | undefined
  readonly sudoUser?: string | undefined
  /** Path of Chromium's chrome-sandbox. */
  readonly helper: string
  readonly hasHelperRights: boolean
  /** AppArmor has a profile for Electron. */
  readonly hasProfile: boolean
  /** Under /proc/sys. */
  readonly setting: (name: string) => string | undefined
}
export interface ElectronEnd {
  readonly said: string
  readonly code: number | null
  readonly signal: string | null
  /** Why it could not even be started. */
  readonly failure?: string
  /** It was ended because no window had come for so long; null where it ended itself. */
  readonly hungMs?: number | null
  readonly missing: readonly string[]
  /** Text of /etc/os-release. */
  readonly release: string
}
export function foreseenTrouble(system: ElectronSystem): ElectronTrouble | null
export function troubleOf(end: ElectronEnd & Partial<ElectronSystem>): ElectronTrouble
