import { app, Menu, type MenuItemConstructorOptions, shell } from 'electron'
import type { Panel, Screen } from '../../shared/api/events'
import { isDeveloped } from './mainWindow'
import { screens } from '../../shared/api/events'
import type { ShellTexts } from './shellTexts'

export interface MenuActions {
  show(screen: Screen): void
  openFolder(): void
  /** Opens what was opened before. */
  openAgain(path: string): void
  clearRecent(): void
  /** Over the screen that is shown. */
  open(panel: Panel): void
  /** Null where the app does not update itself. */
  readonly checkForUpdates: (() => void) | null
  readonly logPath: string
}

export interface MenuContent {
  readonly texts: ShellTexts
  /** Paths that were opened last. */
  readonly recent: readonly string[]
}

/** The settings have their place in another menu. */
const shown = screens.filter((screen) => screen !== 'settings')
const separator: MenuItemConstructorOptions = { type: 'separator' }
const isMac = process.platform === 'darwin'

/** The menu with its accelerators. */
export function setApplicationMenu(actions: MenuActions, { texts, recent }: MenuContent): void {
  const settings: MenuItemConstructorOptions = {
    label: texts.settings,
    accelerator: 'CmdOrCtrl+,',
    click: () => actions.show('settings'),
  }
  const about: MenuItemConstructorOptions = { label: texts.about, role: 'about' }
  const quit: MenuItemConstructorOptions = { label: texts.quit, role: 'quit' }
  const mac = isMac ? [{ label: app.name, submenu: [about, settings, separator, quit] }] : []
  const template: MenuItemConstructorOptions[] = [
    ...mac,
    {
      label: texts.file,
      submenu: [
        { label: texts.openFolder, accelerator: 'CmdOrCtrl+O', click: () => actions.openFolder() },
        recentMenu(actions, texts, recent),
        separator,
        ...(isMac ? [] : [settings, separator]),
        isMac ? { label: texts.close, role: 'close' } : quit,
      ],
    },
    editMenu(texts),
    viewMenu(actions, texts),
    {
      label: texts.window,
      submenu: [
        { label: texts.minimize, role: 'minimize' },
        { label: texts.zoom, role: 'zoom' },
        { label: texts.close, role: 'close' },
      ],
    },
    {
      label: texts.help,
      role: 'help',
      submenu: [
        { label: texts.helpForScreen, click: () => actions.open('help') },
        { label: texts.showLog, click: () => shell.showItemInFolder(actions.logPath) },
        ...(actions.checkForUpdates
          ? [{ label: texts.checkForUpdates, click: actions.checkForUpdates }]
          : []),
        ...(isMac ? [] : [about]),
      ],
    },
  ]
  const applicationVersion = app.getVersion()
  app.setAboutPanelOptions({ applicationName: app.name, applicationVersion, copyright: 'MIT License' })
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

/** On macOS the system keeps the list; elsewhere we do. */
function recentMenu(
  actions: MenuActions,
  texts: ShellTexts,
  recent: readonly string[],
): MenuItemConstructorOptions {
  const label = texts.openRecent
  if (isMac)
    return {
      label,
      role: 'recentDocuments',
      submenu: [{ label: texts.clearRecent, role: 'clearRecentDocuments' }],
    }
  return {
    label,
    enabled: recent.length > 0,
    submenu: [
      ...recent.map((path) => ({ label: path.replaceAll('&', '&&'), click: () => actions.openAgain(path) })),
      separator,
      { label: texts.clearRecent, click: () => actions.clearRecent() },
    ],
  }
}

const editMenu = (texts: ShellTexts): MenuItemConstructorOptions => ({
  label: texts.edit,
  submenu: [
    { label: texts.undo, role: 'undo' },
    { label: texts.redo, role: 'redo' },
    separator,
    { label: texts.cut, role: 'cut' },
    { label: texts.copy, role: 'copy' },
    { label: texts.paste, role: 'paste' },
    { label: texts.selectAll, role: 'selectAll' },
  ],
})

function viewMenu({ show, open }: MenuActions, texts: ShellTexts): MenuItemConstructorOptions {
  const forDevelopers: MenuItemConstructorOptions[] = isDeveloped
    ? [{ role: 'reload' }, { role: 'toggleDevTools' }, separator]
    : []
  return {
    label: texts.view,
    submenu: [
      ...shown.map((screen, i): MenuItemConstructorOptions => ({
        label: texts[screen],
        accelerator: `CmdOrCtrl+${i + 1}`,
        click: () => show(screen),
      })),
      separator,
      // The page has these keys itself, so that they act once; the menu only tells them.
      {
        label: texts.findByName,
        accelerator: 'CmdOrCtrl+K',
        registerAccelerator: false,
        click: () => open('find'),
      },
      separator,
      ...forDevelopers,
      { label: texts.actualSize, role: 'resetZoom' },
      { label: texts.zoomIn, role: 'zoomIn' },
      { label: texts.zoomOut, role: 'zoomOut' },
      separator,
      { label: texts.fullScreen, role: 'togglefullscreen' },
    ],
  }
}
