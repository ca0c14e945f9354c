import { shallowRef } from 'vue'
import { inBackground } from '../../shared/inBackground'

/**
 * An answer that depends on what is being typed or dragged: asked for after a pause, one at a time, and only the latest
 * one counts. `error` is that of the latest question.
 */
export function useLatest<A, R>(ask: (question: A) => Promise<R>, pauseMs: number) {
  const answer = shallowRef<R | null>(null)
  const error = shallowRef<Error | null>(null)
  const busy = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let next: { question: A } | null = null
  let isAsking = false
  /** Grows when what is on its way no longer counts. */
  let generation = 0

  function request(question: A): void {
    next = { question }
    busy.value = true
    clearTimeout(timer)
    timer = setTimeout(() => inBackground(run()), pauseMs)
  }

  async function run(): Promise<void> {
    if (isAsking || !next) return
    const { question } = next
    next = null
    isAsking = true
    const asked = generation
    const counts = () => asked === generation
    try {
      const answered = await ask(question)
      if (counts()) answer.value = answered
      if (counts() && !next) error.value = null
    } catch (failure) {
      if (counts() && !next) error.value = failure as Error
    } finally {
      isAsking = false
      if (next) inBackground(run())
      else busy.value = false
    }
  }

  function clear(): void {
    clearTimeout(timer)
    generation++
    next = null
    answer.value = null
    error.value = null
    busy.value = false
  }
  return { answer, error, busy, request, clear }
}
