import type { BrowserWindow } from 'electron'
import type { App } from '../app/createApp'
import { notify } from './notify'

/** A word from the system of each odd image that comes into a watched folder, while nobody looks at the window. */
export function showAnomalies(app: App, window: () => BrowserWindow | null, reveal: () => void): void {
  app.events.on('anomalies.noticed', ({ image }) => {
    const { path, folder, percentile, odd } = image
    const isSeen = window()?.isFocused() ?? false
    if (!odd || isSeen || !app.settings.settings.notifications) return
    const body = `It is stranger than ${Math.min(99.9, percentile).toFixed(1)} % of normal images.`
    notify({ title: `${path} in ${folder} is odd`, body }, reveal)
  })
}
