import { useEventListener } from '@vueuse/core'
import { useRouter } from 'vue-router'
import { type Screen, screens } from '../../shared/api/events'
import { bridge, client } from '../api/client'

/** The keys of the menu, where there is no menu, and what the menu asks for where there is one. */
export function useShortcuts(openFolder: () => void): void {
  const router = useRouter()
  const show = (screen: Screen) => void router.push({ name: screen })
  client.on('screen.asked', ({ screen }) => show(screen))
  if (bridge) return
  useEventListener(window, 'keydown', (event) => {
    const isCommand = event.altKey && !event.ctrlKey && !event.metaKey
    const screen = isCommand ? screens[Number(event.key) - 1] : undefined
    if (screen) show(screen)
    else if (isCommand && event.key.toLowerCase() === 'o') openFolder()
    else return
    event.preventDefault()
  })
}
