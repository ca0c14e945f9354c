import { useDocumentVisibility, useEventListener, usePreferredReducedMotion } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { PixelBlock } from '../../shared/api/library'
import type { Showcase, ShowcaseProgress } from '../../shared/api/showcase'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'

/** `rests` on what the trained network makes of the images. */
export type ShowcasePhase = 'rests' | 'begins' | 'learns' | 'paused'

/** It has begun by itself in this window: coming back to the screen does not begin it again. */
let hasBegun = false

/**
 * What learns on the start screen, as one mounted screen sees it. It stops when the screen goes, and pauses while the
 * window is hidden, unless another window looks on.
 */
export function useShowcase() {
  const showcase = shallowRef<Showcase | null>(null)
  const phase = shallowRef<ShowcasePhase>('rests')
  const progress = shallowRef<ShowcaseProgress | null>(null)
  const losses = shallowRef<readonly number[]>([])
  /** Something real is under way, so that nothing was begun. */
  const isRefused = shallowRef(false)
  const visibility = useDocumentVisibility()
  const motion = usePreferredReducedMotion()
  const viewer = crypto.randomUUID()
  let wasHidden = false

  const isLive = computed(() => phase.value === 'learns' || phase.value === 'begins')
  /** The shown images as they come out of the network: the one that learns, or the trained one. */
  const reconstructions = computed<PixelBlock | null>(() => {
    const trained = showcase.value?.reconstructions
    if (!trained) return null
    const { value: now } = progress
    return phase.value !== 'rests' && now ? { ...trained, data: now.reconstructions } : trained
  })

  async function load(): Promise<void> {
    // Without it the screen still opens folders: it just shows less.
    showcase.value = await client.invoke('showcase.get').catch(() => null)
  }

  async function start(): Promise<void> {
    hasBegun = true
    isRefused.value = false
    if (phase.value === 'rests') {
      losses.value = []
      progress.value = null
    }
    phase.value = 'begins'
    const { started } = await client.invoke('showcase.start', { viewer }).catch(() => ({ started: false }))
    if (started) return
    phase.value = 'rests'
    isRefused.value = true
  }

  /** For the first time in this window, unless nothing is to move. */
  function startByItself(): void {
    if (!hasBegun && motion.value !== 'reduce' && visibility.value === 'visible') inBackground(start())
  }

  // A connection that is lost has stopped hearing it as well.
  const ignored = () => undefined
  async function pause(): Promise<void> {
    await client.invoke('showcase.pause').catch(ignored)
  }
  async function leave(keep: boolean): Promise<void> {
    if (phase.value !== 'rests') await client.invoke('showcase.leave', { viewer, keep }).catch(ignored)
  }

  const removers = [
    client.on('showcase.progressed', (now) => {
      if (phase.value === 'begins') phase.value = 'learns'
      if (phase.value !== 'learns') return
      progress.value = now
      if (now.loss !== null) losses.value = [...losses.value, now.loss]
    }),
    client.on('showcase.ended', ({ how }) => {
      if (!isLive.value) return
      phase.value = how === 'paused' ? 'paused' : 'rests'
    }),
  ]
  watch(visibility, (now) => {
    if (now === 'hidden' && isLive.value) {
      wasHidden = true
      inBackground(leave(true))
    } else if (now === 'visible' && wasHidden) {
      wasHidden = false
      if (phase.value !== 'rests') inBackground(start())
    }
  })
  useEventListener(window, 'pagehide', () => inBackground(leave(false)))
  onScopeDispose(() => {
    for (const remove of removers) remove()
    inBackground(leave(false))
  })
  inBackground(load())
  return {
    showcase,
    phase,
    progress,
    losses,
    reconstructions,
    isLive,
    isRefused,
    start,
    startByItself,
    pause,
  }
}
