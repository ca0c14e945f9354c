import { usePreferredReducedMotion } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch } from 'vue'

const frameMs = 90
/** Who prefers less motion sees one image after the other, once. */
const calmMs = 900
/** Images that are left out between two of them then. */
const calmStep = 4

/**
 * Plays through `count` images, there and back again until it is paused. It begins only when it is asked to. With
 * reduced motion it goes slowly from where it is to the end, and stops there.
 */
export function usePlayback(count: () => number) {
  const at = shallowRef(0)
  const isPlaying = shallowRef(false)
  const motion = usePreferredReducedMotion()
  let direction = 1
  let timer: ReturnType<typeof setTimeout> | undefined

  function pause(): void {
    isPlaying.value = false
    clearTimeout(timer)
  }
  function step(): void {
    const last = count() - 1
    if (motion.value === 'reduce') {
      at.value = Math.min(last, at.value + calmStep)
      if (at.value >= last) return pause()
    } else {
      if (at.value >= last) direction = -1
      if (at.value <= 0) direction = 1
      at.value = Math.min(last, Math.max(0, at.value + direction))
    }
    wait()
  }
  const wait = () => (timer = setTimeout(step, motion.value === 'reduce' ? calmMs : frameMs))
  function play(): void {
    if (count() < 2) return
    if (motion.value === 'reduce' && at.value >= count() - 1) at.value = 0
    isPlaying.value = true
    wait()
  }
  /** A hand on the slider takes over. */
  function show(next: number): void {
    pause()
    at.value = Math.min(count() - 1, Math.max(0, next))
  }
  watch(count, () => {
    pause()
    at.value = 0
  })
  onScopeDispose(pause)
  return { at, isPlaying, play, pause, show }
}
