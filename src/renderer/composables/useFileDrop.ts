import { useEventListener } from '@vueuse/core'
import { shallowRef } from 'vue'
import type { Place } from '../../shared/api/places'
import { inBackground } from '../../shared/inBackground'
import { placesOfDrop, type UploadProgress } from '../api/places'
import { useCommand } from './useCommand'

/** How many files and folders were dropped: a browser sends them as one place. */
export interface DroppedKinds {
  readonly files: number
  readonly folders: number
}

/** Files and folders that are dropped anywhere on the window. */
export function useFileDrop(onPlaces: (places: readonly Place[], kinds: DroppedKinds) => void) {
  const isOver = shallowRef(false)
  const sending = shallowRef<UploadProgress | null>(null)
  let depth = 0
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

  const { run: take } = useCommand(async (data: DataTransfer) => {
    try {
      // Before the first wait, after which the browser forgets what was dropped.
      const kinds = kindsOf(data)
      onPlaces(await placesOfDrop(data, (progress) => (sending.value = progress)), kinds)
    } finally {
      sending.value = null
    }
  })

  useEventListener(window, 'dragenter', (event) => {
    if (!hasFiles(event)) return
    depth++
    isOver.value = true
  })
  useEventListener(window, 'dragleave', (event) => {
    if (hasFiles(event) && --depth <= 0) isOver.value = false
  })
  useEventListener(window, 'dragover', (event) => hasFiles(event) && event.preventDefault())
  useEventListener(window, 'drop', (event) => {
    depth = 0
    isOver.value = false
    // Whoever takes it for itself, such as a model that is tried, has said so.
    if (event.defaultPrevented || !event.dataTransfer || !hasFiles(event)) return
    event.preventDefault()
    inBackground(take(event.dataTransfer))
  })
  return { isOver, sending }
}

function kindsOf(data: DataTransfer): DroppedKinds {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  const folders = entries.filter(({ isDirectory }) => isDirectory).length
  return { files: data.files.length - folders, folders }
}
