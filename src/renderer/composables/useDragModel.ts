import { bridge, client } from '../api/client'
import { useCommand } from './useCommand'
import { inBackground } from '../../shared/inBackground'

/** Lets a model be dragged out of the window as a file, where the window is the desktop's. */
export function useDragModel(id: () => string) {
  const { run } = useCommand(async () => {
    const { place } = await client.invoke('models.exportFile', { id: id() })
    await bridge!.drag(place)
  })

  /** Of the page's own drag, which would be one of a link: the system's takes its place. */
  function drag(event: DragEvent): void {
    if (!bridge) return
    event.preventDefault()
    inBackground(run())
  }
  return { isOffered: bridge !== undefined, drag }
}
