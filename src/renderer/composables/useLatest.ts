import { shallowRef } from 'vue'

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

  function request(question: A): void {
    next = { question }
    busy.value = true
    clearTimeout(timer)
    timer = setTimeout(() => void run(), pauseMs)
  }

  async function run(): Promise<void> {
    if (isAsking || !next) return
    const { question } = next
    next = null
    isAsking = true
    try {
      answer.value = await ask(question)
      if (!next) error.value = null
    } catch (failure) {
      if (!next) error.value = failure as Error
    } finally {
      isAsking = false
      if (next) void run()
      else busy.value = false
    }
  }

  function clear(): void {
    clearTimeout(timer)
    next = null
    answer.value = null
    error.value = null
    busy.value = false
  }
  return { answer, error, busy, request, clear }
}
