import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { serve, type ServedApp, type ServeOptions } from './servedApp'
import { openInElectron } from './electronApp'
import { openInStandIn } from './standInApp'

export type HostName = 'served' | 'standIn' | 'electron'
export interface HostOption {
  host: HostName
}

/** The app as a test meets it, whatever hosts it. */
export interface Hourglass {
  readonly page: Page
  /** Where it keeps everything; removed after the test. */
  readonly home: string
  /** A folder for the test's own files, which the picker shows. */
  readonly files: string
  /** What the person chooses in the next dialog, `.` for `files` itself; in the served app it is clicked through. */
  chooseFolder(button: string | Locator, ...names: string[]): Promise<void>
  /** What a browser opens; the page's own where the app has a window. */
  address(): string
  /** Goes to an address within the page. */
  show(address: string): Promise<void>
  /** Ends the app as a power failure does, and starts it again on the same library. */
  crash(): Promise<void>
  /** What it wrote to stderr, the address of its inspector first. */
  readonly stderr: () => string
}

interface Fixtures {
  /** Limits of the process, for tests of what goes wrong. */
  limits: Pick<ServeOptions, 'largestFileKiB' | 'obeysPermissions'>
  folders: { readonly home: string; readonly files: string }
  app: Hourglass
}

export const test = base.extend<Fixtures & HostOption>({
  host: ['served', { option: true }],
  limits: [{}, { option: true }],

  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs out of this pattern
  folders: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'hourglass-e2e-'))
    await use({ home: join(folder, 'home'), files: join(folder, 'files') })
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },

  app: async ({ host, limits, folders, page }, use, testInfo) => {
    const open = { served: openServed, standIn: openInStandIn, electron: openInElectron }[host]
    const app = await open({ ...folders, ...limits }, page)
    await use(app.hourglass)
    if (testInfo.status !== testInfo.expectedStatus)
      await testInfo.attach('log', { body: app.said(), contentType: 'text/plain' })
    await app.close()
  },
})
export { expect }

export interface OpenedApp {
  readonly hourglass: Hourglass
  /** What the app wrote while it ran. */
  said(): string
  close(): Promise<void>
}

export type OpenOptions = Fixtures['folders'] & Fixtures['limits']

async function openServed({ files, ...options }: OpenOptions, page: Page): Promise<OpenedApp> {
  await mkdir(files, { recursive: true })
  const start = (port: number) =>
    serve({ ...options, roots: [files], port, nodeOptions: ['--inspect=127.0.0.1:0'] })
  let served: ServedApp = await start(0)
  await page.goto(served.address)
  return {
    hourglass: {
      page,
      home: options.home,
      files,
      stderr: () => served.stderr(),
      async chooseFolder(button, ...names) {
        await buttonOf(page, button).click()
        await pickInDialog(page, names)
      },
      address: () => served.address,
      show: async (address) => void (await page.goto(address)),
      async crash() {
        const port = Number(new URL(served.address).port)
        await served.kill()
        served = await start(port)
        await page.goto(served.address)
      },
    },
    said: () => served.stderr(),
    close: () => served.stop(),
  }
}

/** Folders right under the only root. */
async function pickInDialog(page: Page, names: readonly string[]): Promise<void> {
  const dialog = page.getByRole('dialog')
  for (const name of names.filter((one) => one !== '.')) await dialog.getByRole('checkbox', { name }).check()
  await dialog.getByRole('button', { name: /^Choose/ }).click()
}

export const buttonOf = (page: Page, button: string | Locator): Locator =>
  typeof button === 'string' ? page.getByRole('button', { name: button }) : button
