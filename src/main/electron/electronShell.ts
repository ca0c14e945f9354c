import { type BrowserWindow, dialog, net, type OpenDialogOptions, shell, utilityProcess } from 'electron'
import type { PickKind } from '../../shared/api/places'
import { tableExtensions } from '../../shared/api/tables'
import { imageExtensions } from '../../shared/imageFiles'
import { compressedExtension, modelExtensions } from '../../shared/modelFiles'
import type { Shell } from '../base/shell'
import type { ShellTexts } from './shellTexts'
import type { ScriptRunner } from '../base/scriptRunner'

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

/** A process of Electron's own for scripts: the fuses of a packaged app keep its executable from being used as Node.js. */
const runScriptInUtility: ScriptRunner = (script, args, signal) =>
  new Promise((resolve) => {
    const child = utilityProcess.fork(script, [...args], { stdio: 'pipe', serviceName: 'Hourglass' })
    const said = { stdout: '', stderr: '' }
    child.stdout?.on('data', (data: Buffer) => (said.stdout += data))
    child.stderr?.on('data', (data: Buffer) => (said.stderr += data))
    const end = () => {
      child.kill()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    child.once('exit', (code) => {
      signal.removeEventListener('abort', end)
      resolve({ ...said, code })
    })
  })
