import { shallowRef } from 'vue'
import { useToasts } from './useToasts'

/** What an action of this screen is about, to know which message it mends. */
export type DenoiseMatter =
  | 'add'
  | 'controls'
  | 'copy'
  | 'download'
  | 'folder'
  | 'mask'
  | 'models'
  | 'presets'
  | 'reference'
  | 'remove'
  | 'reveal'
  | 'save'
  | 'view'

const told = new Map<DenoiseMatter, number>()

/** Takes away what was said of matters, as it is no longer so. */
export function mended(...matters: DenoiseMatter[]): void {
  const { close } = useToasts()
  for (const matter of matters) {
    const id = told.get(matter)
    if (id !== undefined) close(id)
    told.delete(matter)
  }
}

/**
 * As useCommand: `run` shows a failure as a message and resolves to undefined then. The message goes when the same is
 * tried again, whatever comes of that, and when `mended` says that its cause is gone.
 */
export function useDenoiseCommand<A extends unknown[], R>(
  matter: DenoiseMatter,
  action: (...args: A) => Promise<R>,
) {
  const busy = shallowRef(false)
  const { show } = useToasts()

  async function run(...args: A): Promise<R | undefined> {
    busy.value = true
    const before = told.get(matter)
    try {
      const result = await action(...args)
      // A command within this one may have failed, and have said so itself.
      if (told.get(matter) === before) mended(matter)
      return result
    } catch (error) {
      mended(matter)
      told.set(matter, show('error', (error as Error).message, undefined, { isOfScreen: true }))
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { run, busy }
}
