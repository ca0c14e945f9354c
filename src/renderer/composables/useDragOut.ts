import type { Place } from '../../shared/api/places'
import { inBackground } from '../../shared/inBackground'
import { bridge } from '../api/client'
import { useCommand } from './useCommand'

/**
 * Lets something be dragged out of the window as a file, where the window is the desktop's.
 *
 * @param fileOf makes the file where it is not there yet, and says where it is
 */
export function useDragOut(fileOf: () => Promise<Pick<Place, 'place'>>) {
  const { run } = useCommand(async () => {
    const { place } = await fileOf()
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
