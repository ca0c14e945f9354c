import type { ElectronSystem } from './electronTrouble.mjs'

export interface ElectronTrouble {
  readonly kind: 'sandbox' | 'library' | 'display' | 'gpu' | 'hang' | 'unknown'
  readonly sentence: string
}
/** How long Electron may take to run the app's own script, to open its window, and to end when it is asked to. */
export interface ElectronPatience {
  readonly scriptMs: number
  readonly windowMs: number
  readonly endingMs: number
}
export function openElectron(
  binary: string,
  args: readonly string[],
  options: {
    root: string
    env?: NodeJS.ProcessEnv
    say?: (note: string) => void
    system?: ElectronSystem
    patience?: ElectronPatience
  },
): Promise<{ code: number | null; trouble?: undefined } | { code?: undefined; trouble: ElectronTrouble }>
