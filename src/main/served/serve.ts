import { type App, createApp } from '../app/createApp'
import { inBackground } from '../../shared/inBackground'
import { surviveFaults } from '../app/faults'
import { openLogFile } from '../app/logFile'
import { appVersion, computeWorkerEntry, pageFolder, tensorflowSetup } from '../store/builtFiles'
import { RedirectFile } from './redirectFile'
import { servedShell } from './servedShell'
import { findChromium } from '../setup/chromium.mjs'
import { hasDisplay } from '../setup/display.mjs'
import { appFolders } from '../store/appFolders'
import { announceServing } from '../store/servingFile'
import { serveApp } from './httpServer'
import { spawn } from 'node:child_process'

export interface ServeRequest {
  /** 0 takes any that is free. */
  readonly port: number
  /** Opens a window where there is a display. */
  readonly open: boolean
  /** Folders that the page may show; home where there are none. */
  readonly roots: readonly string[]
  /** Origin of a development server that has the page. */
  readonly devOrigin?: string
}

export interface Serving {
  readonly address: string
  readonly windowOpened: boolean
  close(): Promise<void>
}

/** The same app without Electron, for a browser on this machine or at the other end of a tunnel. @throws ExpectedError */
export async function serve(request: ServeRequest): Promise<Serving> {
  const folders = appFolders()
  const log = openLogFile(folders.logs)
  surviveFaults(log)
  const app = await createApp({
    folders,
    log,
    shell: servedShell(request.roots),
    version: appVersion(),
    computeWorker: computeWorkerEntry(),
    tensorflowSetup: tensorflowSetup(),
  })
  try {
    return await serveTo(app, folders.state, request)
  } catch (error) {
    await app.close()
    throw error
  }
}

async function serveTo(app: App, state: string, request: ServeRequest): Promise<Serving> {
  const { port, open, devOrigin } = request
  const browser = open && hasDisplay() ? findChromium() : null
  const redirect = browser === null ? null : new RedirectFile(state, browser)
  const renew = async () => {
    try {
      await redirect?.leadTo(server.ticketAddress())
    } catch (error) {
      app.log.warn(`The file that opens the window was not renewed: ${(error as Error).message}`)
    }
  }
  const onNewTicket = () => inBackground(renew())
  const server = await serveApp(app, { port, page: pageFolder(), devOrigin, onNewTicket })
  const { address } = server
  app.log.info(`Serving on ${new URL(address).origin}.`)
  const conceal = await announceServing(state, address)
  await redirect?.leadTo(server.ticketAddress())
  if (browser !== null && redirect !== null) openAppWindow(browser, redirect.url)
  const close = async () => {
    await app.close()
    await server.close()
    await redirect?.remove()
    await conceal()
  }
  return { address, windowOpened: browser !== null, close }
}

/** Opens an address as a window of a Chromium, Chrome or Edge, without tabs. Whoever is on the machine can read the address. */
function openAppWindow(browser: string, address: string): void {
  const child = spawn(browser, [`--app=${address}`, '--no-first-run'], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
}
