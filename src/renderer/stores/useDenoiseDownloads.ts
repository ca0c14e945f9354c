import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { client } from '../api/client'
import { useDenoiseCommand } from '../composables/useDenoiseCommand'
import { useDenoiseStateStore } from './useDenoiseStateStore'
import { useDenoiseStore } from './useDenoiseStore'
import { inBackground } from '../../shared/inBackground'

/** Lets the browser save a file that the app gives at a path. */
export function startDownload(path: string, name: string): void {
  const link = document.createElement('a')
  link.href = path
  link.download = name
  link.click()
}

/** Results that the browser is to get as soon as they are saved, on whatever screen the person is by then. */
export const useDenoiseDownloads = defineStore('denoiseDownloads', () => {
  const app = useDenoiseStateStore()
  const pictures = useDenoiseStore()
  const wanted = shallowRef<readonly string[]>([])

  const { run: download, busy } = useDenoiseCommand('download', async (ids: readonly string[]) => {
    const { path, name } = await client.invoke('denoise.download', { ids: [...ids] })
    startDownload(path, name)
  })
  /** What was stopped is not downloaded by itself. */
  function settle(): void {
    const { batch } = app
    const isWhole = batch !== null && batch.done + batch.failed === batch.total
    const ready = wanted.value.filter((id) => pictures.items.get(id)?.isDownloadable)
    wanted.value = []
    if (isWhole && ready.length > 0) inBackground(download(ready))
  }
  watch(
    () => app.isSaving,
    (isSaving) => isSaving || settle(),
  )
  /** Saves with `save`, and downloads what comes of these pictures once all is saved. */
  async function afterSaving(ids: readonly string[], save: () => Promise<unknown>): Promise<void> {
    wanted.value = [...new Set([...wanted.value, ...ids])]
    try {
      await save()
    } catch (error) {
      wanted.value = []
      throw error
    }
    // All of it may have been done before.
    if (!app.isSaving) settle()
  }
  return { download, busy, afterSaving }
})
