import { join } from 'node:path'
import { app as electron, type BrowserWindow, dialog, nativeTheme, session } from 'electron'
import { type App, createApp } from './app/createApp'
import { openLogFile } from './app/logFile'
import { appVersion, computeWorkerEntry, pageFolder, tensorflowSetup } from './builtFiles'
import { setApplicationMenu } from './electron/applicationMenu'
import { electronShell } from './electron/electronShell'
import { connectIpc } from './electron/ipcTransport'
import { openMainWindow } from './electron/mainWindow'
import { handlePageProtocol, registerPageProtocol } from './electron/pageProtocol'
import { guardQuit } from './electron/quitting'
import { secure } from './electron/security'
import { showTraining } from './electron/trainingInShell'
import { pathsOf } from './electron/openedPaths'
import { appFolders } from './store/appFolders'
import { makeFolder } from './store/makeFolder'

const folders = appFolders()
const log = openLogFile(folders.logs)
let window: BrowserWindow | null = null

electron.setName('Hourglass')
electron.setPath('userData', join(folders.state, 'electron'))
electron.enableSandbox()
registerPageProtocol()
process.on('uncaughtException', (error) => log.error('Something went wrong outside of any command.', error))
process.on('unhandledRejection', (error) => log.error('Something went wrong outside of any command.', error))

// A second start hands its folders to the first and ends.
if (electron.requestSingleInstanceLock()) void start()
else electron.quit()

async function start(): Promise<void> {
  const openedEarly: string[] = []
  electron.on('open-file', (_, path) => openedEarly.push(path))
  await electron.whenReady()
  secure(log)
  try {
    await makeFolder(folders.state)
    const app = await createApp({
      folders,
      log,
      shell: electronShell(() => window),
      version: appVersion(),
      computeWorker: computeWorkerEntry(),
      tensorflowSetup: tensorflowSetup(),
    })
    run(app, [...openedEarly, ...pathsOf(process.argv)])
  } catch (error) {
    dialog.showErrorBox('Hourglass could not start', (error as Error).message)
    electron.exit(1)
  }
}

function run(app: App, opened: readonly string[]): void {
  handlePageProtocol(session.defaultSession, pageFolder(), app)
  connectIpc(app, () => window?.webContents ?? null)
  followTheme(app)
  setApplicationMenu({
    show: (screen) => {
      show()
      app.events.emit('screen.asked', { screen })
    },
    openFolder: () =>
      void electronShell(() => window)
        .pick('folders')
        .then((paths) => hand(app, paths)),
    logPath: log.path,
  })
  showTraining(app, () => window, show)
  guardQuit(app, () => window, show)

  electron.on('second-instance', (_, argv, folder) => {
    show()
    void hand(app, pathsOf(argv, folder))
  })
  electron.on('open-file', (_, path) => void hand(app, [path]))
  electron.on('activate', show)
  show()
  if (opened.length > 0) window?.webContents.once('did-finish-load', () => void hand(app, opened))
}

/** Brings the window to the front, or opens it again. */
function show(): void {
  if (!window || window.isDestroyed()) {
    const preload = join(import.meta.dirname, '../preload/index.cjs')
    window = openMainWindow({ preload, state: folders.state })
    window.on('closed', () => (window = null))
    window.webContents.on('render-process-gone', (_, { reason }) => {
      log.error(`The page ended (${reason}) and is loaded again.`)
      if (reason !== 'clean-exit') window?.reload()
    })
    return
  }
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

async function hand(app: App, paths: readonly string[]): Promise<void> {
  const found = await Promise.allSettled(paths.map((path) => app.places.add(path)))
  const places = found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  for (const path of paths) electron.addRecentDocument(path)
  if (places.length > 0) app.events.emit('places.opened', { places })
}

function followTheme(app: App): void {
  const follow = () => (nativeTheme.themeSource = app.settings.settings.theme)
  follow()
  app.settings.onChange(follow)
}
