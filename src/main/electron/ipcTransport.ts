import { basename } from 'node:path'
import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron'
import { z } from 'zod'
import type { App } from '../app/createApp'
import { Dispatcher } from '../app/dispatcher'
import { type Place, placeSchema } from '../../shared/api/places'
import type { Reply } from '../../shared/api/messages'
import { ExpectedError, toErrorMessage } from '../../shared/errors'
import { isOurPage } from './pageProtocol'

const pathsSchema = z.array(z.string().max(4096)).max(10_000)

/**
 * Carries requests and events between the app and its window. Only the main frame of our own page is heard.
 * @param icon a picture that files have while they are dragged out of it
 */
export function connectIpc(app: App, window: () => WebContents | null, icon?: string): void {
  const dispatcher = new Dispatcher(app)

  function isOurs({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
    const contents = window()
    const isOurWindow = contents !== null && sender.id === contents.id && senderFrame === contents.mainFrame
    if (isOurWindow && isOurPage(senderFrame.url)) return true
    app.log.warn('Refused a message from a page that is not ours.')
    return false
  }

  ipcMain.handle('hourglass:request', async (event, message: unknown) => {
    if (!isOurs(event)) return refusal
    return (await dispatcher.handle(message)) ?? refusal
  })
  ipcMain.handle('hourglass:places', async (event, paths: unknown) => {
    const parsed = pathsSchema.safeParse(paths)
    if (!isOurs(event) || !parsed.success) return refusal
    return addPlaces(app, parsed.data)
  })
  ipcMain.handle('hourglass:drag', async (event, place: unknown) => {
    const parsed = placeSchema.safeParse(place)
    if (!isOurs(event) || !parsed.success) return refusal
    return answer(app, async () => {
      const file = app.places.resolve(parsed.data)
      event.sender.startDrag({ file, icon: icon ?? '' })
    })
  })
  app.events.forward((event, payload) => {
    const contents = window()
    if (contents && !contents.isDestroyed())
      contents.send('hourglass:event', { kind: 'event', event, payload })
  })
}

/** Of dropped files; what was dropped without being a file has an empty path. No path is told to the page. */
async function addPlaces({ places, log }: App, paths: readonly string[]): Promise<Reply> {
  const result: Place[] = []
  for (const path of paths.filter((path) => path !== '')) {
    try {
      result.push(await places.add(path))
    } catch (error) {
      if (!(error instanceof ExpectedError)) log.error('A dropped file could not be taken.', error)
      const { kind, code, message } = toErrorMessage(error)
      return {
        kind: 'error',
        id: 0,
        error: { kind, code, message: message.replaceAll(path, () => basename(path)) },
      }
    }
  }
  return { kind: 'result', id: 0, result }
}

async function answer({ log }: App, action: () => Promise<void>): Promise<Reply> {
  try {
    await action()
    return { kind: 'result', id: 0, result: null }
  } catch (error) {
    if (!(error instanceof ExpectedError)) log.error('A file could not be dragged.', error)
    return { kind: 'error', id: 0, error: toErrorMessage(error) }
  }
}

const refusal = {
  kind: 'error',
  id: -1,
  error: { kind: 'expected', code: 'bad-usage', message: 'That message was refused.' },
} as const
