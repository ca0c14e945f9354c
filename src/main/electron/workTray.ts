import { app as electron, Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { App } from '../app/createApp'
import type { AppWindow } from './appWindow'
import type { ShellTexts } from './shellTexts'
import { onWork, type Work, workUnderWay } from './workUnderWay'

/** Side of the picture in pixels: what trays show. */
const iconSide = 22
/** A menu that is replaced while it is open closes on some systems, so it is replaced seldom. */
const renewalMs = 2000

export interface TrayOptions {
  readonly window: AppWindow
  readonly texts: () => ShellTexts
  /** Path of a picture. */
  readonly icon: string | undefined
}

/**
 * While something works behind a closed window: an icon in the tray that says how far it is, opens the window and stops the work. On
 * macOS the icon in the dock, which is there anyway, does that.
 */
export function showWorkInTray(app: App, options: TrayOptions): void {
  const shown = electron.dock ? new DockEntry(electron.dock) : new TrayEntry(options)
  let words = ''
  let renewedAt = -Infinity

  function renew(): void {
    const { texts, window } = options
    const work = window.current() === null ? workUnderWay(app, texts()) : null
    const isNew = (work === null) !== (words === '')
    if (!isNew && performance.now() - renewedAt < renewalMs) return
    renewedAt = performance.now()
    const next = work === null ? '' : `${work.line} ${work.kind}`
    if (next === words) return
    words = next
    if (work === null) shown.hide()
    else shown.show(work, menuOf(work, texts(), window.show))
  }
  onWork(app, renew)
  options.window.onChange(renew)
}

function menuOf(work: Work, texts: ShellTexts, open: () => void): Menu {
  const stopping = { training: texts.stopTraining, saving: texts.stopSaving, job: texts.stopJob }
  const items: MenuItemConstructorOptions[] = [
    { label: work.line.replaceAll('&', '&&'), enabled: false },
    { type: 'separator' },
    { label: texts.openWindow, click: open },
    { label: stopping[work.kind], click: work.stop },
    { type: 'separator' },
    { label: texts.quit, role: 'quit' },
  ]
  return Menu.buildFromTemplate(items)
}

class TrayEntry {
  private tray: Tray | null = null

  constructor(private readonly options: TrayOptions) {}

  show(work: Work, menu: Menu): void {
    this.tray ??= this.made()
    this.tray.setToolTip(work.line)
    this.tray.setContextMenu(menu)
  }

  hide(): void {
    this.tray?.destroy()
    this.tray = null
  }

  private made(): Tray {
    const { icon, window } = this.options
    const image = icon === undefined ? nativeImage.createEmpty() : nativeImage.createFromPath(icon)
    const tray = new Tray(image.resize({ width: iconSide, height: iconSide }))
    // On Windows; elsewhere a click opens the menu.
    tray.on('click', window.show)
    return tray
  }
}

class DockEntry {
  constructor(private readonly dock: Electron.Dock) {}

  show({ share }: Work, menu: Menu): void {
    this.dock.setBadge(share === null ? '' : `${Math.floor(100 * share)} %`)
    this.dock.setMenu(menu)
  }

  hide(): void {
    this.dock.setBadge('')
    this.dock.setMenu(Menu.buildFromTemplate([]))
  }
}
