import { inBackground } from '../../shared/inBackground'
/** How much may be under way at once. */
export interface Room<Input> {
  /** At most this many. */
  width: number
  /** What one of them takes of `budget`, in any unit; one alone may take more than all of it. */
  weigh?: (input: Input) => number
  budget?: number
}

/**
 * Works on several inputs at once and yields the results in the order of the inputs. An input holds its room until its
 * result has been consumed, and takes it in order, so that memory stays bounded and nothing waits in a circle.
 * After an abort it throws the signal's reason at once; what was under way ends on its own, unheard.
 */
export async function* mapOrdered<Input, Output>(
  inputs: AsyncIterable<Input> | Iterable<Input>,
  work: (input: Input) => Promise<Output>,
  { width, weigh = () => 0, budget = Infinity }: Room<Input>,
  signal?: AbortSignal,
): AsyncGenerator<Output, void, undefined> {
  const iterator = Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]()
  const running: { result: Promise<Output>; weight: number }[] = []
  let waiting: { input: Input; weight: number } | null = null
  let taken = 0
  let ended = false
  try {
    for (;;) {
      while (!ended && running.length < width) {
        signal?.throwIfAborted()
        if (!waiting) {
          const next = await iterator.next()
          if (next.done) {
            ended = true
            break
          }
          waiting = { input: next.value, weight: weigh(next.value) }
        }
        if (running.length > 0 && taken + waiting.weight > budget) break
        const { input, weight } = waiting
        waiting = null
        taken += weight
        const result = orAborted(work(input), signal)
        // A failure is heard when its turn comes; until then it is not an unhandled one.
        result.catch(() => {})
        running.push({ result, weight })
      }
      const first = running.shift()
      if (!first) return
      yield await first.result
      taken -= first.weight
    }
  } finally {
    await iterator.return?.()
  }
}

/** Rejects with the signal's reason when that comes before the result. */
function orAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return result
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    inBackground(result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort)))
  })
}
