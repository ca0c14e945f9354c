import { shallowRef } from 'vue'
import { useToasts } from './useToasts'

/**
 * The boundary where a page's action meets what can go wrong: `run` shows a failure as a message, in the app's own
 * sentence, and resolves to undefined then. `busy` is true meanwhile.
 */
export function useCommand<A extends unknown[], R>(action: (...args: A) => Promise<R>) {
  const busy = shallowRef(false)
  const failure = shallowRef<Error | null>(null)
  const { show } = useToasts()

  async function run(...args: A): Promise<R | undefined> {
    busy.value = true
    failure.value = null
    try {
      return await action(...args)
    } catch (error) {
      failure.value = error as Error
      show('error', (error as Error).message)
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { run, busy, failure }
}
