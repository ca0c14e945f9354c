import type { BrowserWindow } from 'electron'
import type { App } from '../app/createApp'
import { notify } from './notify'
import { filled } from '../../shared/texts'
import type { ShellTexts } from './shellTexts'

/** A word from the system of each odd image that comes into a watched folder, while nobody looks at the window. */
export function showAnomalies(
  app: App,
  { window, show, texts }: { window: () => BrowserWindow | null; show: () => void; texts: () => ShellTexts },
): void {
  app.events.on('anomalies.noticed', ({ image }) => {
    const { path, folder, percentile, odd } = image
    const isSeen = window()?.isFocused() ?? false
    if (!odd || isSeen || !app.settings.settings.notifications) return
    const { isOdd, stranger } = texts()
    const body = filled(stranger, { percent: Math.min(99.9, percentile).toFixed(1) })
    notify({ title: filled(isOdd, { path, folder }), body }, show)
  })
}
