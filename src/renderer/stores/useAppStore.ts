import { usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { Settings } from '../../shared/api/settings'
import { client } from '../api/client'
import { setLanguage } from '../i18n'
import { mirrorState } from './mirrorState'

export const useAppStore = defineStore('app', () => {
  const mirror = mirrorState('app.state')
  const connected = shallowRef(true)
  client.onConnection((now) => (connected.value = now))

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
  return { ...mirror, connected, settings, theme, change }
})
