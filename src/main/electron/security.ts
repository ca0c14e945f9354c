import { app, session, shell, type WebContents } from 'electron'
import type { Log } from '../base/log'
import { isOurPage } from './pageProtocol'
import { inBackground } from '../../shared/inBackground'

/** Pages that a link in the window may open, in the person's own browser. */
const outside = new Set([
  'https://arxiv.org',
  'https://en.wikipedia.org',
  'https://www.tensorflow.org',
  'https://onnxruntime.ai',
])

/** Electron's security checklist: no other page, no new window, no permission, no embedded page. */
export function secure(log: Log): void {
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_, permission, answer) => {
    if (!isAllowed(permission)) log.warn(`Refused the permission “${permission}”.`)
    answer(isAllowed(permission))
  })
  defaultSession.setPermissionCheckHandler((_, permission) => isAllowed(permission))
  defaultSession.setDevicePermissionHandler(() => false)
  app.on('web-contents-created', (_, contents) => secureContents(contents, log))
}

const isAllowed = (permission: string) => permission === 'clipboard-sanitized-write'

function secureContents(contents: WebContents, log: Log): void {
  const refuse = (event: { preventDefault(): void }, url: string) => {
    if (isOurPage(url)) return
    event.preventDefault()
    log.warn(`Refused to leave the page for ${originOf(url)}.`)
  }
  contents.on('will-navigate', (event, url) => refuse(event, url))
  contents.on('will-redirect', (event, url) => refuse(event, url))
  contents.on('will-frame-navigate', (event) => refuse(event, event.url))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (outside.has(originOf(url))) inBackground(shell.openExternal(url))
    else log.warn(`Refused to open a window for ${originOf(url)}.`)
    return { action: 'deny' }
  })
}

function originOf(url: string): string {
  try {
    return new URL(url).origin
  } catch {
    return 'no address'
  }
}
