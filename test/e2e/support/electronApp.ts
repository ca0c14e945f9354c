import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { electronBinary } from '../../../src/main/setup/electronBinary.mjs'
import { root } from '../../support/requirements'
import { buttonOf, type OpenedApp, type OpenOptions } from './hourglassTest'

/** Electron's own binary, where it was downloaded; null where it was not. */
export const realElectron = (): string | null => electronBinary(root, { fetch: false }).path

interface Started {
  readonly app: ElectronApplication
  readonly page: Page
}

/** The app in Electron itself. The system's dialogs, which no test can click, give what the test chooses. */
export async function openInElectron({ home, files }: OpenOptions): Promise<OpenedApp> {
  await mkdir(files, { recursive: true })
  let said = ''
  async function start(): Promise<Started> {
    const app = await _electron.launch({
      executablePath: realElectron()!,
      args: ['--inspect=127.0.0.1:0', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root],
      env: { ...(process.env as Record<string, string>), HOURGLASS_HOME: home },
    })
    app.process().stderr!.on('data', (data: Buffer) => (said += data))
    return { app, page: await app.firstWindow() }
  }
  let started = await start()
  return {
    hourglass: {
      get page() {
        return started.page
      },
      home,
      files,
      stderr: () => said,
      async chooseFolder(button, ...names) {
        const paths = names.map((name) => join(files, name))
        await started.app.evaluate(({ dialog }, filePaths) => {
          dialog.showOpenDialog = async () => ({ canceled: false, filePaths })
        }, paths)
        await buttonOf(started.page, button).click()
      },
      address: () => started.page.url(),
      show: async (address) => void (await started.page.goto(address)),
      async crash() {
        said = ''
        started.app.process().kill('SIGKILL')
        await started.app.waitForEvent('close').catch(() => undefined)
        started = await start()
      },
    },
    said: () => said,
    close: async () => {
      await started.app.evaluate(({ dialog }) => {
        dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false })
      })
      await started.app.close()
    },
  }
}
