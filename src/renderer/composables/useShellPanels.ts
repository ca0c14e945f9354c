import { shallowRef } from 'vue'
import type { Panel } from '../../shared/api/events'

const shown = shallowRef<Panel | null>(null)

/** What the shell shows over a screen: its help, or the search for everything by name. One at a time. */
export function useShellPanels() {
  const open = (panel: Panel) => void (shown.value = panel)
  const close = () => void (shown.value = null)
  return { shown, open, close }
}
