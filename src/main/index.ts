import { join } from 'node:path'
import { app as electron, dialog, nativeTheme, session } from 'electron'
import type { Place } from '../shared/api/places'
import type { Settings } from '../shared/api/settings'
import { inBackground } from '../shared/inBackground'
import { type App, createApp } from './app/createApp'
import { surviveFaults } from './app/faults'
import { openLogFile } from './app/logFile'
import { closeInspector } from './base/closeInspector'
import { appVersion, computeWorkerEntry, pageFolder, tensorflowSetup, windowIcon } from './store/builtFiles'
import { type MenuActions, setApplicationMenu } from './electron/applicationMenu'
import { electronShell } from './electron/electronShell'
import { AppWindow } from './electron/appWindow'
import { connectIpc } from './electron/ipcTransport'
import { noteOpened, noteScript } from './electron/mainWindow'
import { handlePageProtocol, registerPageProtocol } from './electron/pageProtocol'
import { guardQuit } from './electron/quitting'
import { mayRunWithoutSandbox } from './electron/sandboxConsent'
import { secure } from './electron/security'
import { showAnomalies, showTraining } from './electron/systemNotices'
import { Updates, updatesFrom } from './electron/updates'
import { showWorkInTray } from './electron/workTray'
import { pathsOf, RecentPaths } from './electron/recentPaths'
import { shellTextsIn } from './electron/shellTexts'
import { appFolders } from './store/appFolders'
import { makeFolder } from './store/makeFolder'

const folders = appFolders()
const log = openLogFile(folders.logs)
const preload = join(import.meta.dirname, '../preload/index.cjs')
/** Of the system's language until the settings are read. */
let language: Settings['language'] = 'system'
const texts = () => shellTextsIn(language)
const window = new AppWindow({ preload, state: folders.state, icon: windowIcon() }, log, texts)
const updateHost = updatesFrom()
const shell = electronShell(window.current, texts, updateHost)

closeInspector()
noteScript()
electron.setName('Hourglass')
// Windows shows notifications of programs that it knows only. The same id as in the packaging.
electron.setAppUserModelId('io.github.hourglass')
electron.setPath('userData', join(folders.state, 'electron'))
electron.enableSandbox()
registerPageProtocol()
surviveFaults(log)

// A second start hands its folders to the first and ends.
if (electron.requestSingleInstanceLock()) inBackground(start())
else electron.quit()

async function start(): Promise<void> {
  const opened = pathsOf(process.argv)
  let open = async (paths: readonly string[]): Promise<void> => {
    opened.push(...paths)
  }
  electron.on('open-file', (event, path) => {
    event.preventDefault()
    inBackground(open([path]))
  })
  await electron.whenReady()
  secure(log)
  try {
    await makeFolder(folders.state)
    if (!(await mayRunWithoutSandbox(folders.state, texts()))) return electron.exit(0)
    const app = await createApp({
      folders,
      log,
      shell,
      version: appVersion(),
      computeWorker: computeWorkerEntry(),
      tensorflowSetup: tensorflowSetup(),
    })
    const recent = RecentPaths.in(folders.state)
    run(app, recent)
    open = (paths) => hand(app, recent, paths)
    await open(opened)
  } catch (error) {
    noteOpened()
    const { couldNotStart, translated } = texts()
    dialog.showErrorBox(couldNotStart, translated((error as Error).message))
    electron.exit(1)
  }
}

function run(app: App, recent: RecentPaths): void {
  handlePageProtocol(session.defaultSession, pageFolder(), app)
  connectIpc(app, () => window.current()?.webContents ?? null, windowIcon())
  followSettings(app)
  const handOver = (paths: readonly string[]) => hand(app, recent, paths)
  const seen = { window: window.current, show: window.show, texts }
  showTraining(app, seen)
  showAnomalies(app, seen)
  showWorkInTray(app, { window, texts, icon: windowIcon() })
  const quitThen = guardQuit(app, seen)
  const updates = updateHost === null ? null : new Updates(app, updateHost, { ...seen, quitThen })
  const menu: MenuActions = {
    show(screen) {
      window.show()
      inBackground(window.ready().then(() => app.events.emit('screen.asked', { screen })))
    },
    open(panel) {
      window.show()
      inBackground(window.ready().then(() => app.events.emit('panel.asked', { panel })))
    },
    openFolder: () => inBackground(shell.pick('folders').then(handOver)),
    openAgain: (path) => inBackground(handOver([path])),
    clearRecent: () => recent.clear(),
    checkForUpdates: updates && (() => updates.check({ isAsked: true })),
    logPath: log.path,
  }
  const showMenu = () => setApplicationMenu(menu, { texts: texts(), recent: recent.all })
  showMenu()
  recent.onChange(showMenu)
  app.settings.onChange(showMenu)
  electron.on('second-instance', (_, argv, folder) => {
    window.show()
    inBackground(handOver(pathsOf(argv, folder)))
  })
  electron.on('activate', window.show)
  window.show()
  if (app.settings.settings.looksForUpdates)
    inBackground(window.ready().then(() => updates?.check({ isAsked: false })))
}

/** Hands files and folders over to the page, whose window opens for that where it was closed. */
async function hand(app: App, recent: RecentPaths, paths: readonly string[]): Promise<void> {
  const places: Place[] = []
  for (const path of paths) {
    try {
      places.push(await app.places.add(path))
      recent.add(path)
    } catch (error) {
      log.warn(`What was to be opened could not be: ${(error as Error).message}`)
    }
  }
  if (places.length === 0) return
  await window.ready()
  app.events.emit('places.opened', { places })
}

function followSettings(app: App): void {
  const follow = () => {
    const { theme, language: chosen } = app.settings.settings
    nativeTheme.themeSource = theme
    language = chosen
  }
  follow()
  app.settings.onChange(follow)
}
