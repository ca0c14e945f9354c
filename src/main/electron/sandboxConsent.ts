import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app as electron, dialog } from 'electron'
import type { ShellTexts } from './shellTexts'

/**
 * The start script of an AppImage turns Chromium's sandbox off by itself where the system forbids it. Whether Hourglass may run so is
 * for the person to say, once.
 *
 * @param state folder for the answer. Absolute path
 */
export async function mayRunWithoutSandbox(state: string, texts: ShellTexts): Promise<boolean> {
  if (!electron.isPackaged || !process.env.APPIMAGE || !process.argv.includes('--no-sandbox')) return true
  const answer = join(state, 'without-sandbox')
  if (existsSync(answer)) return true
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message: texts.noSandbox,
    detail: texts.noSandboxHelp,
    buttons: [texts.quit, texts.startWithout],
    defaultId: 0,
    cancelId: 0,
  })
  if (response === 1) writeFileSync(answer, '')
  return response === 1
}
