import { usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { Settings } from '../../shared/api/settings'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { setLanguage } from '../i18n'
import { mirrorState } from './mirrorState'

export const useAppStore = defineStore('app', () => {
  const mirror = mirrorState('app.state')
  const connected = shallowRef(true)
  /** The server was started anew, and lets this page in no more. */
  const expired = shallowRef(false)
  client.onConnection((now) => {
    connected.value = now
    if (now) expired.value = false
    else inBackground(lookWhetherExpired())
  })
  async function lookWhetherExpired(): Promise<void> {
    while (!connected.value && !expired.value) {
      const answer = await fetch('/', { method: 'HEAD' }).catch(() => null)
      expired.value = answer?.status === 403
      await new Promise((resolve) => setTimeout(resolve, 2000))
    }
  }

  const settings = computed(() => mirror.state.value?.settings)
  const systemIsDark = usePreferredDark()
  const theme = computed<'light' | 'dark'>(() => {
    const chosen = settings.value?.theme ?? 'system'
    return chosen === 'system' ? (systemIsDark.value ? 'dark' : 'light') : chosen
  })
  watch(theme, (now) => (document.documentElement.dataset.theme = now), { immediate: true })
  watch(
    () => settings.value?.language,
    (language) => language && setLanguage(language),
    { immediate: true },
  )

  const change = (changes: Partial<Settings>) => client.invoke('settings.change', changes)
  return { ...mirror, connected, expired, settings, theme, change }
})
