import { type BrowserWindow, dialog, net, type OpenDialogOptions, shell } from 'electron'
import type { PickKind } from '../../shared/api/places'
import { tableExtensions } from '../../shared/api/tables'
import { imageExtensions } from '../../shared/imageFiles'
import { compressedExtension, modelExtensions } from '../../shared/modelFiles'
import type { Shell } from '../base/shell'
import type { ShellTexts } from './shellTexts'
import { runScriptInUtility } from './utilityRunner'

const dialogs: Record<PickKind, (texts: ShellTexts) => OpenDialogOptions> = {
  images: (texts) => ({
    title: texts.chooseImages,
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: texts.imageFiles, extensions: [...imageExtensions] }],
  }),
  folders: (texts) => ({ title: texts.chooseFolders, properties: ['openDirectory', 'multiSelections'] }),
  models: (texts) => ({
    title: texts.chooseModels,
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: texts.modelFiles, extensions: [...modelExtensions] }],
  }),
  table: (texts) => ({
    title: texts.chooseTable,
    properties: ['openFile'],
    filters: [{ name: texts.tableFiles, extensions: [...tableExtensions] }],
  }),
  compressed: (texts) => ({
    title: texts.chooseCompressed,
    properties: ['openFile'],
    filters: [{ name: texts.compressedFiles, extensions: [compressedExtension] }],
  }),
  folder: (texts) => ({ title: texts.chooseFolder, properties: ['openDirectory', 'createDirectory'] }),
}

/** The system's own dialogs and file manager. */
export function electronShell(
  window: () => BrowserWindow | null,
  texts: () => ShellTexts,
  updatesFrom: string | null,
): Shell {
  return {
    host: 'electron',
    roots: [],
    updatesFrom,
    async pick(kind) {
      const parent = window()
      const options = dialogs[kind](texts())
      const asked = parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options)
      const { canceled, filePaths } = await asked
      return canceled ? [] : filePaths
    },
    reveal: async (path) => shell.showItemInFolder(path),
    runScript: runScriptInUtility,
    // It knows the system's proxy and certificates.
    fetch: (url, init) => net.fetch(url instanceof URL ? url.href : url, init),
  }
}
