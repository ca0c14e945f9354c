import { shallowRef } from 'vue'
import type { ModelSummary } from '../../shared/api/library'
import type { Place } from '../../shared/api/places'
import type { ExportedAs } from '../../shared/exporting'
import { client } from '../api/client'

export interface ExportOutcome {
  readonly made: number
  readonly failed: readonly { readonly name: string; readonly message: string }[]
}

/** Exports models one after the other, each into a folder of its own; one that fails does not keep the others from it. */
export function useExportModels() {
  /** The model that is being exported, and how many before it are done. */
  const current = shallowRef<{ readonly name: string; readonly done: number; readonly all: number } | null>(
    null,
  )
  let stopped = false

  /** @param as what each is exported as, whole */
  async function exportAll(
    models: readonly ModelSummary[],
    as: Pick<ExportedAs, 'format' | 'precision'>,
    folder: Place,
  ): Promise<ExportOutcome> {
    stopped = false
    let made = 0
    const failed: { name: string; message: string }[] = []
    try {
      for (const [done, { id, name }] of models.entries()) {
        if (stopped) break
        current.value = { name, done, all: models.length }
        const request = {
          id,
          folder: folder.place,
          part: 'full',
          pixels: 'float',
          tiedAs: 'transposes',
        } as const
        try {
          await client.invoke('models.export', { ...request, ...as })
          made++
        } catch (error) {
          failed.push({ name, message: (error as Error).message })
        }
      }
    } finally {
      current.value = null
    }
    return { made, failed }
  }

  /** After the one that is being exported. */
  function stop(): void {
    stopped = true
  }

  return { current, exportAll, stop }
}
