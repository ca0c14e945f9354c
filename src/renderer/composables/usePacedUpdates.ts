import { nextTick, onScopeDispose } from 'vue'
import { inBackground } from '../../shared/inBackground'

/** Share of the time that drawing may take: beyond it a training on the same cores is noticeably slower. */
const share = 1 / 60
const shortestMs = 1500
const longestMs = 4000

/**
 * Calls for an update are answered as often as the machine can afford: each one is timed until it is drawn, and the next
 * comes no sooner than that takes a small share of the time. The last call is always answered.
 */
export function usePacedUpdates(update: () => void): () => void {
  let nextAt = 0
  let timer: ReturnType<typeof setTimeout> | null = null

  async function run(): Promise<void> {
    timer = null
    const startedAt = performance.now()
    update()
    await nextTick()
    const patched = performance.now() - startedAt
    // Nothing is painted while the window is hidden.
    if (document.hidden) return void (nextAt = startedAt + longestMs)
    requestAnimationFrame(() => {
      const paintsAt = performance.now()
      setTimeout(() => {
        const cost = patched + performance.now() - paintsAt
        nextAt = startedAt + Math.min(longestMs, Math.max(shortestMs, cost / share))
      })
    })
    nextAt = startedAt + longestMs
  }
  onScopeDispose(() => timer !== null && clearTimeout(timer))
  return () => {
    if (timer !== null) return
    timer = setTimeout(() => inBackground(run()), Math.max(0, nextAt - performance.now()))
  }
}
