import { useEventListener } from '@vueuse/core'
import { client } from '../api/client'
import { useDenoiseCommand } from './useDenoiseCommand'
import { inBackground } from '../../shared/inBackground'

/** Takes pictures that are pasted into the window. @param choose shows one of them */
export function usePastedPictures(choose: (id: string) => void): void {
  useEventListener(window, 'paste', (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length > 0) inBackground(paste(files))
  })
  const { run: paste } = useDenoiseCommand('add', async (files: readonly File[]) => {
    for (const file of files) {
      const bytes = new Uint8Array(await file.arrayBuffer())
      const { ids } = await client.invoke('denoise.paste', { name: file.name || 'pasted.png', bytes })
      if (ids[0] !== undefined) choose(ids[0])
    }
  })
}
