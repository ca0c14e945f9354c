import { app, Menu, type MenuItemConstructorOptions, shell } from 'electron'
import type { Screen } from '../../shared/api/events'
import { isDeveloped } from './mainWindow'

export interface MenuActions {
  show(screen: Screen): void
  openFolder(): void
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
]

/** The menu with its accelerators. */
export function setApplicationMenu({ show, openFolder, logPath }: MenuActions): void {
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
  const forDevelopers: MenuItemConstructorOptions[] = isDeveloped
    ? [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }]
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
    {
      label: 'View',
      submenu: [
        ...screens.map(([screen, label], i): MenuItemConstructorOptions => ({
          label,
          accelerator: `CmdOrCtrl+${i + 1}`,
          click: () => show(screen),
        })),
        { type: 'separator' },
        ...forDevelopers,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Show Log File', click: () => shell.showItemInFolder(logPath) },
        ...(isMac ? [] : [{ role: 'about' } as const]),
      ],
    },
  ]
  const applicationVersion = app.getVersion()
  app.setAboutPanelOptions({ applicationName: app.name, applicationVersion, copyright: 'MIT License' })
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
