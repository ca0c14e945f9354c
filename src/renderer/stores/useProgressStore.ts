import { useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { RunProgress } from '../../shared/api/library'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { shareDone } from '../composables/shareDone'
import { useRunsStore } from './useRunsStore'

/** How far the training under way is; the list of runs tells only what lasts. */
export const useProgressStore = defineStore('progress', () => {
  const runs = useRunsStore()
  const latest = shallowRef<{ readonly run: string; readonly progress: RunProgress } | null>(null)
  // What is drawn costs the training time where there are few cores: once a second is often enough for the eye.
  const show = useThrottleFn((told: NonNullable<typeof latest.value>) => (latest.value = told), 1000, true)
  client.on('training.progressed', (told) => inBackground(show(told)))

  /** The run that trains here, or elsewhere where none does. */
  const training = computed(() => {
    const all = runs.all.filter(({ state }) => state === 'training' || state === 'created')
    return all.find(({ elsewhere }) => !elsewhere) ?? all[0] ?? null
  })
  const progressOf = (id: string) => (latest.value?.run === id ? latest.value.progress : null)
  /** 0..1 of all epochs. */
  const share = computed(() => training.value && shareDone(training.value, progressOf(training.value.id)))
  return { training, progressOf, share }
})
