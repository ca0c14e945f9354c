import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Locator, type Page } from '@playwright/test'
import { hourglass } from './commandLine'
import { makeImages } from './images'
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
  /** What the library holds: nothing, or the dataset `shapes` of 120 images and a run `Once` of 12 epochs on it. */
  begins: 'empty' | 'trained'
  app: Hourglass
}

interface WorkerFixtures {
  /** A home whose library is trained, made once. */
  trainedHome: () => Promise<string>
}

export const test = base.extend<Fixtures & HostOption, WorkerFixtures>({
  host: ['served', { option: true }],
  limits: [{}, { option: true }],
  begins: ['empty', { option: true }],

  trainedHome: [
    // eslint-disable-next-line no-empty-pattern -- as below
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'hourglass-e2e-'))
      let made: Promise<string> | undefined
      await use(() => (made ??= makeTrained(folder)))
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
    { scope: 'worker' },
  ],

  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs out of this pattern
  folders: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'hourglass-e2e-'))
    await use({ home: join(folder, 'home'), files: join(folder, 'files') })
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },

  app: async ({ host, limits, folders, begins, trainedHome, page }, use, testInfo) => {
    if (begins === 'trained') await copyTrained(await trainedHome(), folders.home)
    const open = { served: openServed, standIn: openInStandIn, electron: openInElectron }[host]
    const app = await open({ ...folders, ...limits }, page)
    await use(app.hourglass)
    if (testInfo.status !== testInfo.expectedStatus)
      await testInfo.attach('log', { body: app.said(), contentType: 'text/plain' })
    await app.close()
  },
})
export { expect }

const trainedRun = 'library/runs/once'

async function makeTrained(folder: string): Promise<string> {
  const home = join(folder, 'home')
  const images = await makeImages(join(folder, 'shapes'), 120)
  const train = ['train', 'shapes', '--out', join(home, trainedRun), '--epochs', '12']
  for (const args of [['import', images], train]) {
    const [code] = (await once(hourglass(home, ...args), 'close')) as [number]
    if (code !== 0) throw new Error(`hourglass ${args.join(' ')} ended with ${code}.`)
  }
  return home
}

/** A run knows the folder of its dataset. */
async function copyTrained(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true })
  const file = join(to, trainedRun, 'run.json')
  const run = JSON.parse(await readFile(file, 'utf8')) as object
  const dataset = join(to, 'library/datasets/shapes')
  await writeFile(file, JSON.stringify({ ...run, dataset }))
  await writeFile(join(to, trainedRun, 'about.json'), JSON.stringify({ name: 'Once' }))
}

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
  const wanted = names.filter((one) => one !== '.')
  await dialog.getByRole('button', { name: /^Choose/ }).waitFor()
  // Where one folder is chosen, it is the one that is open.
  const isOne = await dialog.getByRole('heading', { name: 'Choose a folder', exact: true }).isVisible()
  for (const name of wanted)
    await (isOne
      ? dialog.getByRole('button', { name, exact: true }).click()
      : dialog.getByRole('checkbox', { name }).check())
  if (isOne && wanted.length > 0)
    await dialog.getByRole('button', { name: `Choose “${wanted.at(-1)}”` }).waitFor()
  await dialog.getByRole('button', { name: /^Choose/ }).click()
}

export const buttonOf = (page: Page, button: string | Locator): Locator =>
  typeof button === 'string' ? page.getByRole('button', { name: button }) : button
