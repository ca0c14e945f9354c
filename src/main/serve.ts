import { createApp } from './app/createApp'
import { surviveFaults } from './app/faults'
import { openLogFile } from './app/logFile'
import { appVersion, computeWorkerEntry, pageFolder, tensorflowSetup } from './builtFiles'
import { openAppWindow } from './served/openBrowser'
import { servedShell } from './served/servedShell'
import { hasDisplay } from './setup/display.mjs'
import { appFolders } from './store/appFolders'
import { serveApp } from './transports/httpServer'

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
export async function serve({ port, open, roots, devOrigin }: ServeRequest): Promise<Serving> {
  const folders = appFolders()
  const log = openLogFile(folders.logs)
  surviveFaults(log)
  const app = await createApp({
    folders,
    log,
    shell: servedShell(roots),
    version: appVersion(),
    computeWorker: computeWorkerEntry(),
    tensorflowSetup: tensorflowSetup(),
  })
  try {
    const server = await serveApp(app, { port, page: pageFolder(), devOrigin })
    log.info(`Serving on ${new URL(server.address).origin}.`)
    const close = async () => {
      await app.close()
      await server.close()
    }
    return {
      address: server.address,
      windowOpened: open && hasDisplay() && openAppWindow(server.address),
      close,
    }
  } catch (error) {
    await app.close()
    throw error
  }
}
