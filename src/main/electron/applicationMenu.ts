import { app, Menu, type MenuItemConstructorOptions, shell } from 'electron'
import type { Panel, Screen } from '../../shared/api/events'
import { isDeveloped } from './mainWindow'

export interface MenuActions {
  show(screen: Screen): void
  openFolder(): void
  /** Over the screen that is shown. */
  open(panel: Panel): void
  readonly logPath: string
}

const screens: readonly (readonly [Screen, string])[] = [
  ['start', 'Start'],
  ['denoise', 'Denoise'],
  ['datasets', 'Datasets'],
  ['train', 'Train'],
  ['runs', 'Runs'],
  ['models', 'Models'],
  ['latent', 'Latent Space'],
  ['odd', 'Odd Ones'],
]

/** The menu with its accelerators. */
export function setApplicationMenu({ show, openFolder, open, logPath }: MenuActions): void {
  const isMac = process.platform === 'darwin'
  const settings: MenuItemConstructorOptions = {
    label: 'Settings…',
    accelerator: 'CmdOrCtrl+,',
    click: () => show('settings'),
  }
  const mac: MenuItemConstructorOptions[] = isMac
    ? [{ label: app.name, submenu: [{ role: 'about' }, settings, { type: 'separator' }, { role: 'quit' }] }]
    : []
  // Elsewhere the system keeps them, or nobody does.
  const recent: MenuItemConstructorOptions[] = isMac
    ? [{ role: 'recentDocuments', submenu: [{ role: 'clearRecentDocuments' }] }]
    : []
  const template: MenuItemConstructorOptions[] = [
    ...mac,
    {
      label: 'File',
      submenu: [
        { label: 'Open Folder…', accelerator: 'CmdOrCtrl+O', click: openFolder },
        ...recent,
        { type: 'separator' },
        ...(isMac ? [] : [settings, { type: 'separator' } as const]),
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    viewMenu(show, open),
    { role: 'windowMenu' },
    helpMenu(open, logPath),
  ]
  const applicationVersion = app.getVersion()
  app.setAboutPanelOptions({ applicationName: app.name, applicationVersion, copyright: 'MIT License' })
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

function viewMenu(show: MenuActions['show'], open: MenuActions['open']): MenuItemConstructorOptions {
  const forDevelopers: MenuItemConstructorOptions[] = isDeveloped
    ? [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }]
    : []
  return {
    label: 'View',
    submenu: [
      ...screens.map(([screen, label], i): MenuItemConstructorOptions => ({
        label,
        accelerator: `CmdOrCtrl+${i + 1}`,
        click: () => show(screen),
      })),
      { type: 'separator' },
      // The page has these keys itself, so that they act once; the menu only tells them.
      {
        label: 'Find by Name…',
        accelerator: 'CmdOrCtrl+K',
        registerAccelerator: false,
        click: () => open('find'),
      },
      { type: 'separator' },
      ...forDevelopers,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
    ],
  }
}

function helpMenu(open: MenuActions['open'], logPath: string): MenuItemConstructorOptions {
  const isMac = process.platform === 'darwin'
  return {
    role: 'help',
    submenu: [
      { label: 'Help for This Screen', click: () => open('help') },
      { label: 'Show Log File', click: () => shell.showItemInFolder(logPath) },
      ...(isMac ? [] : [{ role: 'about' } as const]),
    ],
  }
}
