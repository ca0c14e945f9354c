import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron'
import { z } from 'zod'
import type { App } from '../app/createApp'
import { Dispatcher } from '../transports/dispatcher'
import { pageOrigin } from './pageProtocol'

const pathsSchema = z.array(z.string().max(4096)).max(10_000)

/** Carries requests and events between the app and its window. Only the main frame of our own page is heard. */
export function connectIpc(app: App, window: () => WebContents | null): void {
  const dispatcher = new Dispatcher(app)

  function isOurs({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
    const contents = window()
    const isOurPage = senderFrame !== null && new URL(senderFrame.url).origin === new URL(pageOrigin).origin
    const isOurWindow = contents !== null && sender.id === contents.id && senderFrame === contents.mainFrame
    if (!isOurPage || !isOurWindow) app.log.warn('Refused a message from a page that is not ours.')
    return isOurPage && isOurWindow
  }

  ipcMain.handle('hourglass:request', async (event, message: unknown) => {
    if (!isOurs(event)) return refusal
    return (await dispatcher.handle(message)) ?? refusal
  })
  ipcMain.handle('hourglass:places', async (event, paths: unknown) => {
    const parsed = pathsSchema.safeParse(paths)
    if (!isOurs(event) || !parsed.success) return []
    return Promise.all(parsed.data.filter((path) => path !== '').map((path) => app.places.add(path)))
  })
  app.events.forward((event, payload) => {
    const contents = window()
    if (contents && !contents.isDestroyed())
      contents.send('hourglass:event', { kind: 'event', event, payload })
  })
}

const refusal = {
  kind: 'error',
  id: -1,
  error: { kind: 'expected', code: 'bad-usage', message: 'That message was refused.' },
} as const
