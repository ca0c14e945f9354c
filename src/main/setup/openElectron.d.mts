import type { ElectronSystem } from './electronTrouble.mjs'

export interface ElectronTrouble {
  readonly kind: 'sandbox' | 'library' | 'display' | 'gpu' | 'unknown'
  readonly sentence: string
}
export function openElectron(
  binary: string,
  args: readonly string[],
  options: { root: string; env?: NodeJS.ProcessEnv; say?: (note: string) => void; system?: ElectronSystem },
): Promise<{ code: number | null; trouble?: undefined } | { code?: undefined; trouble: ElectronTrouble }>
