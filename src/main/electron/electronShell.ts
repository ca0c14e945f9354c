import { type BrowserWindow, dialog, type OpenDialogOptions, shell } from 'electron'
import type { PickKind } from '../../shared/api/places'
import { imageExtensions } from '../../shared/imageFiles'
import { modelExtensions } from '../../shared/modelFiles'
import type { Shell } from '../base/shell'

const dialogs: Record<PickKind, OpenDialogOptions> = {
  images: {
    title: 'Choose images',
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: 'Images', extensions: [...imageExtensions] }],
  },
  folders: { title: 'Choose folders of images', properties: ['openDirectory', 'multiSelections'] },
  models: {
    title: 'Choose models',
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: 'Models', extensions: [...modelExtensions] }],
  },
  folder: { title: 'Choose a folder', properties: ['openDirectory', 'createDirectory'] },
}

/** The system's own dialogs and file manager. */
export function electronShell(window: () => BrowserWindow | null): Shell {
  return {
    host: 'electron',
    roots: [],
    async pick(kind) {
      const parent = window()
      const asked = parent
        ? dialog.showOpenDialog(parent, dialogs[kind])
        : dialog.showOpenDialog(dialogs[kind])
      const { canceled, filePaths } = await asked
      return canceled ? [] : filePaths
    },
    reveal: async (path) => shell.showItemInFolder(path),
  }
}
