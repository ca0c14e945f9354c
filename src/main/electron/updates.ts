import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { app as electron, type BrowserWindow, dialog, type MessageBoxOptions } from 'electron'
import type { AppUpdater, UpdateInfo } from 'electron-updater'
import type { App } from '../app/createApp'
import { filled } from '../../shared/texts'
import { inBackground } from '../../shared/inBackground'
import type { ShellTexts } from './shellTexts'

export interface UpdateOptions {
  readonly window: () => BrowserWindow | null
  readonly texts: () => ShellTexts
  /** Quits as a person does, and does this in the place of the end. */
  readonly quitThen: (atLast: () => void) => void
}

/** What electron-builder writes into a package that knows where its updates are. */
const configOf = (resources: string) => join(resources, 'app-update.yml')

/**
 * The host that updates come from; null where there are none: in a checkout, in a package that names no place for them, and where
 * something else owns the files. Packages for Debian and Fedora are updated by the system, and an AppImage must be a file that may be
 * replaced. On macOS only a signed app could replace itself.
 */
export function updatesFrom({ platform, env, resourcesPath } = process): string | null {
  if (!electron.isPackaged || !resourcesPath || !existsSync(configOf(resourcesPath))) return null
  if (platform === 'linux' && !mayBeReplaced(env.APPIMAGE)) return null
  // A portable program on Windows is not installed, and no installer may replace it.
  if (platform === 'win32' && env.PORTABLE_EXECUTABLE_DIR) return null
  if (platform !== 'linux' && platform !== 'win32') return null
  return hostIn(readFileSync(configOf(resourcesPath), 'utf8'))
}

function mayBeReplaced(path: string | undefined): boolean {
  if (!path) return false
  try {
    for (const place of [path, dirname(path)]) accessSync(place, constants.W_OK)
    return true
  } catch {
    return false // On a read-only disk, or somebody else's.
  }
}

/** Of an address without TLS on another machine nothing is taken. */
function hostIn(config: string): string | null {
  if (/^provider: github$/m.test(config)) return 'github.com'
  const address = /^url: ["']?([^"'\s]+)/m.exec(config)?.[1]
  if (!address || !URL.canParse(address)) return null
  const { protocol, host, hostname } = new URL(address)
  return protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(hostname) ? host : null
}

/** Looks for a newer version when a person asks, or allowed it in the settings. Each next step is asked for anew. */
export class Updates {
  private updater: Promise<AppUpdater> | null = null
  private isBusy = false

  constructor(
    private readonly app: App,
    private readonly host: string,
    private readonly options: UpdateOptions,
  ) {}

  /** @param isAsked somebody waits for the answer, also where it is that there is none */
  check({ isAsked }: { isAsked: boolean }): void {
    if (this.isBusy) return
    this.isBusy = true
    inBackground(this.go(isAsked).finally(() => (this.isBusy = false)))
  }

  private async go(isAsked: boolean): Promise<void> {
    const texts = this.options.texts()
    try {
      this.updater ??= makeUpdater(this.app)
      const updater = await this.updater
      const found = await updater.checkForUpdates()
      if (found?.isUpdateAvailable) return await this.offer(updater, found.updateInfo)
      if (isAsked) await this.say({ message: filled(texts.isNewest, { version: electron.getVersion() }) })
    } catch (error) {
      this.app.log.warn(`Updates: ${(error as Error).message}`)
      if (isAsked) await this.say({ type: 'warning', message: texts.noUpdate, detail: this.reasonOf(error) })
    }
  }

  private async offer(updater: AppUpdater, info: UpdateInfo): Promise<void> {
    const { texts, window, quitThen } = this.options
    const { updateAvailable, updateQuestion, download, notNow } = texts()
    const { version } = info
    const figures = { current: electron.getVersion(), size: megabytesOf(info), host: this.host }
    const wanted = await this.ask(
      { message: filled(updateAvailable, { version }), detail: filled(updateQuestion, figures) },
      [download, notNow],
    )
    if (!wanted) return
    const show = ({ percent }: { percent: number }) => window()?.setProgressBar(percent / 100)
    updater.on('download-progress', show)
    try {
      await updater.downloadUpdate()
    } catch (error) {
      this.app.log.warn(`Updates: ${(error as Error).message}`)
      return await this.say({ type: 'warning', message: texts().noDownload, detail: this.reasonOf(error) })
    } finally {
      updater.off('download-progress', show)
      window()?.setProgressBar(-1)
    }
    const { updateReady, updateReplaces, restart, later } = texts()
    const ready = { message: filled(updateReady, { version }), detail: updateReplaces }
    if (await this.ask(ready, [restart, later])) quitThen(() => install(updater))
  }

  /** In a sentence that says what to do. */
  private reasonOf(error: unknown): string {
    const {
      code = '',
      message,
      statusCode,
    } = error as { code?: string; message: string; statusCode?: number }
    const texts = this.options.texts()
    const { host } = this
    if (code === 'ERR_CHECKSUM_MISMATCH') return texts.updateDamaged
    if (code === 'ENOSPC') return texts.updateNoSpace
    if (offline.has(code) || message.includes('net::')) return filled(texts.updateOffline, { host })
    if (statusCode !== undefined || code.startsWith('ERR_UPDATER'))
      return filled(texts.updateMissing, { host })
    return filled(texts.updateTrouble, { reason: message.split('\n')[0]!.slice(0, 200) })
  }

  private async ask(question: Pick<MessageBoxOptions, 'message' | 'detail'>, buttons: [string, string]) {
    const response = await this.box({ type: 'question', ...question, buttons, defaultId: 0, cancelId: 1 })
    return response === 0
  }

  private async say(words: Pick<MessageBoxOptions, 'type' | 'message' | 'detail'>): Promise<void> {
    await this.box({ type: 'info', buttons: [this.options.texts().ok], ...words })
  }

  private async box(box: MessageBoxOptions): Promise<number> {
    const parent = this.options.window()
    const { response } = await (parent ? dialog.showMessageBox(parent, box) : dialog.showMessageBox(box))
    return response
  }
}

/** Loaded when it is wanted: most starts never look for updates. */
async function makeUpdater({ log }: App): Promise<AppUpdater> {
  const { default: updaters } = await import('electron-updater')
  const updater = process.platform === 'win32' ? new updaters.NsisUpdater() : new updaters.AppImageUpdater()
  const say = (message?: unknown) => log.info(`Updates: ${String(message)}`)
  updater.logger = { info: say, warn: say, error: say }
  // Nothing is fetched, and nothing is replaced, before somebody says so.
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = false
  updater.allowDowngrade = false
  // Hourglass tells nobody which machine asks: this number, else one of each machine's own, is the same for all.
  updater.requestHeaders = { 'x-user-staging-id': '00000000-0000-0000-0000-000000000000' }
  updater.isUserWithinRollout = () => true
  return updater
}

/** The new version starts while this one ends, and must not take it for one that runs. */
function install(updater: AppUpdater): void {
  electron.releaseSingleInstanceLock()
  // Nothing has been replaced where this fails, which is logged.
  updater.once('error', () => electron.quit())
  updater.quitAndInstall(true, true)
}

/** Codes of Node.js for a server that is not reached; Chromium's begin with net::. */
const offline = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ENETUNREACH'])

/** Of what this system takes. */
function megabytesOf({ files }: UpdateInfo): string {
  const ending = process.platform === 'win32' ? '.exe' : '.AppImage'
  const size = files.find(({ url }) => url.endsWith(ending))?.size
  return size === undefined ? '?' : `${Math.max(1, Math.round(size / 1e6))} MB`
}
