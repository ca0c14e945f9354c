import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { StandIn } from '../../electron/launchStandIn'
import { buttonOf, type OpenedApp, type OpenOptions } from './hourglassTest'

/** The app in the Electron stand-in: its window is a page of the test's browser. */
export async function openInStandIn({ home, files }: OpenOptions, page: Page): Promise<OpenedApp> {
  await mkdir(files, { recursive: true })
  const context = page.context()
  let standIn = await StandIn.launch(context, { home })
  return {
    hourglass: {
      get page() {
        return standIn.page
      },
      home,
      files,
      stderr: () => standIn.stderr,
      async chooseFolder(button, ...names) {
        standIn.dialogAnswers.push(names.map((name) => join(files, name)))
        await buttonOf(standIn.page, button).click()
      },
      address: () => standIn.page.url(),
      show: async (address) => void (await standIn.page.goto(address)),
      async crash() {
        await standIn.kill()
        standIn = await StandIn.launch(context, { home })
      },
    },
    said: () => standIn.stderr,
    close: () => standIn.quit(),
  }
}
