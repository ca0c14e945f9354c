import { shallowRef } from 'vue'
import { useToasts } from './useToasts'

/**
 * The boundary where a page's action meets what can go wrong: `run` shows a failure as a message, in the app's own
 * sentence, and resolves to undefined then. The message goes when the same action succeeds, or with the screen. `busy` is
 * true meanwhile.
 */
export function useCommand<A extends unknown[], R>(action: (...args: A) => Promise<R>) {
  const busy = shallowRef(false)
  const failure = shallowRef<Error | null>(null)
  const { show, closeCause } = useToasts()
  const cause = Symbol('command')

  async function run(...args: A): Promise<R | undefined> {
    busy.value = true
    failure.value = null
    try {
      const result = await action(...args)
      closeCause(cause)
      return result
    } catch (error) {
      failure.value = error as Error
      show('error', (error as Error).message, undefined, { cause, isOfScreen: true })
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { run, busy, failure }
}
