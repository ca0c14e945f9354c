import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { contractChecks, type ContractClient } from '../../contract/contractChecks'
import { StandIn } from '../../electron/launchStandIn'
import type { ErrorMessage } from '../../../src/shared/errors'
import { fromErrorMessage } from '../../../src/shared/errors'
import { decodeArrays, encodeArrays } from '../../electron/arrays'
import { noisyPicture } from '../../support/noisyPicture'
import { root } from '../../support/requirements'
import { makeImages } from '../support/images'
import { importChosen, startTraining } from '../support/steps'

interface Fixtures {
  home: string
  standIn: StandIn
}

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs out of this pattern
  home: async ({}, use) => {
    const home = await mkdtemp(join(tmpdir(), 'hourglass-electron-'))
    await use(home)
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  },
  standIn: async ({ context, home }, use) => {
    const standIn = await StandIn.launch(context, { home })
    await expect(standIn.page.getByRole('heading', { level: 1 })).toBeVisible()
    await use(standIn)
    await standIn.quit()
  },
})

const logOf = (home: string) => readFile(join(home, 'logs', 'hourglass.log'), 'utf8').catch(() => '')

async function trainForever(standIn: StandIn, home: string, epochs = 100_000): Promise<void> {
  standIn.dialogAnswers.push([await makeImages(join(home, 'images', 'shapes'), 40)])
  await standIn.page.getByRole('button', { name: 'Open folder…' }).click()
  await importChosen(standIn.page)
  await startTraining(standIn.page, { epochs, name: 'Long' })
}

test('the page has a sandbox, one bridge, and no Node.js', async ({ standIn }) => {
  const { sandboxed, options } = await standIn.ask<{
    sandboxed: boolean
    options: { webPreferences: object }
  }>('settings')
  expect(sandboxed).toBe(true)
  expect(options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    devTools: false,
  })
  const seen = await standIn.page.evaluate(() => ({
    require: typeof (window as { require?: unknown }).require,
    process: typeof (window as { process?: unknown }).process,
    bridge: Object.keys(window.hourglass ?? {}).sort(),
    isFrozen: Object.isFrozen(window.hourglass),
  }))
  expect(seen).toEqual({
    require: 'undefined',
    process: 'undefined',
    bridge: ['drag', 'invoke', 'on', 'placesOf'],
    isFrozen: true,
  })
  const policy = await standIn.page.evaluate(async () =>
    (await fetch('/index.html')).headers.get('content-security-policy'),
  )
  expect(policy).toContain("script-src 'self'")
})

test('serves its own files and pictures by id, and nothing else', async ({ standIn, home }) => {
  const statuses = await standIn.page.evaluate(async () => {
    const paths = [
      '/index.html',
      '/../../package.json',
      '/%2e%2e/main/index.js',
      '/pictures/datasets/other/0.png',
      '/nothing.js',
      '/%E0%A4%A.js',
    ]
    return Promise.all(paths.map(async (path) => (await fetch(path)).status))
  })
  expect(statuses).toEqual([200, 404, 404, 404, 404, 404])
  expect(await logOf(home)).toContain('Refused a picture')
})

test('does not leave the page, open windows or give permissions', async ({ standIn, home }) => {
  const { page } = standIn
  await page.evaluate(() => void (location.href = 'https://evil.example/'))
  await expect.poll(() => logOf(home)).toContain('Refused to leave the page for https://evil.example')
  await page.evaluate(() => void window.open('https://evil.example/'))
  await expect.poll(() => logOf(home)).toContain('Refused to open a window for https://evil.example')
  expect(page.url()).toContain('hourglass.invalid')
  for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal'])
    expect(await standIn.ask('permission', { permission })).toBe(false)
  expect((await logOf(home)).match(/Refused the permission/g)).toHaveLength(5)
})

test('hears its own page only', async ({ standIn, home }) => {
  const message = { kind: 'request', id: 1, command: 'app.state', params: {} }
  const fromFrame = {
    window: standIn.window,
    channel: 'hourglass:request',
    args: [message],
    isMainFrame: false,
  }
  for (const frameUrl of ['https://evil.example/', 'app://hourglass/', 'about:blank'])
    expect(await standIn.ask('invoke', { ...fromFrame, frameUrl })).toMatchObject({ kind: 'error' })
  // Addresses that have no origin to tell them apart by, and one that only begins like ours.
  const elsewhere = [
    ...['https://evil.example/', 'data:text/html,evil', 'file:///evil.html', 'about:blank', ''],
    'app://hourglass.evil.example/',
  ]
  for (const frameUrl of elsewhere)
    expect(await standIn.ask('invoke', { ...fromFrame, isMainFrame: true, frameUrl })).toMatchObject({
      kind: 'error',
    })
  const places = { window: standIn.window, channel: 'hourglass:places', args: [[home]] }
  expect(
    await standIn.ask('invoke', { ...places, isMainFrame: true, frameUrl: 'data:text/html,evil' }),
  ).toMatchObject({ kind: 'error' })
  expect((await logOf(home)).match(/Refused a message from a page/g)).toHaveLength(10)
})

test('keeps the contract', async ({ standIn }) => {
  test.slow()
  const client = await clientOf(standIn)
  for (const { name, check } of contractChecks) await test.step(name, () => check(client))
})

test('a second start hands its folders over', async ({ standIn, home }) => {
  const folder = await makeImages(join(home, 'images', 'shapes'), 4)
  await standIn.ask('secondInstance', { argv: ['hourglass', folder, '--flag'], folder: home })
  await expect(standIn.page.getByRole('heading', { name: 'New dataset' })).toBeVisible()
  await expect(standIn.page.getByText('4 images found.')).toBeVisible()
  expect(standIn.all('recent')).toEqual([{ kind: 'recent', path: folder }])
  // It can be opened again from the menu, which clears the list too.
  const menu = () => standIn.ask<{ label?: string }[]>('menu')
  expect(await menu()).toContainEqual({ label: folder })
  await standIn.ask('click', { label: folder })
  await expect.poll(() => standIn.all('recent')).toHaveLength(2)
  await standIn.ask('click', { label: 'Clear Recent' })
  expect(await menu()).not.toContainEqual({ label: folder })
})

test('a picture that is opened with it is shown clean', async ({ standIn, home }) => {
  const path = join(home, 'photo.png')
  await noisyPicture({ width: 200, height: 150 }).png().toFile(path)
  await standIn.ask('secondInstance', { argv: ['hourglass', path], folder: home })
  const { page } = standIn
  await expect(page.getByRole('img', { name: /^photo.png, before on the left/ })).toBeVisible()
  await expect(page.getByRole('list', { name: /^Estimated noise/ })).toBeVisible()
})

test('opens the folders that it is started with, and dropped files without telling their paths', async ({
  context,
  home,
}) => {
  const folder = await makeImages(join(home, 'images', 'shapes'), 6)
  const standIn = await StandIn.launch(context, { home, args: [folder] })
  await expect(standIn.page.getByText('6 images found.')).toBeVisible()
  const path = join(folder, 'discs', 'discs-0.png')
  const places = await standIn.page.evaluate((path) => {
    Object.assign(window, { standInPaths: { 'discs-0.png': path } })
    return window.hourglass!.placesOf([new File(['x'], 'discs-0.png')])
  }, path)
  expect(places).toEqual([{ place: expect.stringMatching(/^[\w-]{24}$/), name: 'discs-0.png', kind: 'file' }])
  // What cannot be read comes back as a sentence.
  const failure = await standIn.page.evaluate(
    (path) => {
      Object.assign(window, { standInPaths: { 'gone.png': path } })
      return window.hourglass!.placesOf([new File(['x'], 'gone.png')]).catch((error: Error) => error.message)
    },
    join(folder, 'gone.png'),
  )
  expect(failure).toMatch(/^There is no gone\.png\./)
  await standIn.quit()
})

test('a packaged app, too, opens the folder that it is started with', async ({ context, home }) => {
  const folder = await makeImages(join(home, 'images', 'shapes'), 6)
  const standIn = await StandIn.launch(context, { home, args: [folder], isPackaged: true })
  await expect(standIn.page.getByText('6 images found.')).toBeVisible()
  await standIn.quit()
})

test('opens a folder that holds the app itself', async ({ standIn }) => {
  await standIn.ask('secondInstance', { argv: ['hourglass', root, join(root, 'test')], folder: root })
  await expect(standIn.page.getByRole('heading', { name: 'New dataset' })).toBeVisible()
  // The folder of the checkout is how a checkout is started, and no folder that somebody asks for.
  expect(standIn.all('recent').map(({ path }) => path)).toEqual([join(root, 'test')])
  await standIn.ask('secondInstance', { argv: ['hourglass', dirname(root)], folder: root })
  await expect.poll(() => standIn.all('recent').map(({ path }) => path)).toContain(dirname(root))
})

test('ends at once when another one runs already', async ({ context, home }) => {
  await expect(StandIn.launch(context, { home, isSecond: true })).rejects.toThrow(/"kind":"exit","code":0/)
  expect(await readdir(home)).toEqual([])
})

test('says why it cannot start', async ({ context, home }) => {
  await writeFile(join(home, 'library'), 'a file where the library should be')
  await expect(StandIn.launch(context, { home })).rejects.toThrow(/"title":"Hourglass could not start"/)
})

test('loads its page again when that has crashed, and gives up where it crashes again and again', async ({
  standIn,
  home,
}) => {
  await standIn.page.evaluate(() => Object.assign(window, { isOld: true }))
  await standIn.ask('crash', { window: standIn.window })
  await expect.poll(() => standIn.page.evaluate(() => 'isOld' in window).catch(() => true)).toBe(false)
  await expect(standIn.page.getByRole('heading', { level: 1 })).toBeVisible()
  standIn.buttons.push(1)
  // The last one ends the app, which may be gone before it has answered.
  for (let crash = 0; crash < 3; crash++)
    await standIn.ask('crash', { window: standIn.window }).catch(() => undefined)
  await expect.poll(() => standIn.all('messageBox').length).toBe(1)
  await standIn.ended
  expect((await logOf(home)).match(/The page ended \(crashed\)/g)).toHaveLength(4)
})

test('has a menu whose keys lead to the screens', async ({ standIn }) => {
  const menu = await standIn.ask<{ label?: string; accelerator?: string; role?: string }[]>('menu')
  expect(menu).toContainEqual({ label: 'Open Folder…', accelerator: 'CmdOrCtrl+O' })
  expect(menu).toContainEqual({ label: 'Settings…', accelerator: 'CmdOrCtrl+,' })
  expect(menu).toContainEqual({ label: 'Runs', accelerator: 'CmdOrCtrl+5' })
  // On macOS the system keeps the list of what was opened.
  const roles = menu.map(({ role }) => role)
  expect(roles.includes('recentDocuments')).toBe(process.platform === 'darwin')
  expect(menu).toContainEqual({ label: 'Open Recent' })
  expect(roles).not.toContain('toggleDevTools')
  await standIn.ask('click', { label: 'Settings…' })
  await expect(standIn.page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await standIn.ask('click', { label: 'Show Log File' })
  expect(standIn.all('reveal')).toEqual([{ kind: 'reveal', path: expect.stringContaining('hourglass.log') }])
})

test('follows the theme, and remembers where its window was', async ({ standIn, context, home }) => {
  // The line that says what computes leads to the settings too, once that is known.
  await standIn.page.getByRole('link', { name: 'Settings', exact: true }).click()
  await standIn.page.getByRole('radio', { name: 'Dark' }).click()
  await expect(standIn.page.locator('html')).toHaveAttribute('data-theme', 'dark')
  expect(await standIn.ask('themeSource')).toBe('dark')
  await standIn.page.getByRole('combobox', { name: 'Language' }).selectOption('de')
  await expect
    .poll(() => standIn.ask('menu'))
    .toContainEqual({ label: 'Ordner öffnen…', accelerator: 'CmdOrCtrl+O' })
  await standIn.page.getByRole('combobox', { name: 'Sprache' }).selectOption('en')
  await standIn.ask('resize', { window: standIn.window, bounds: { x: 40, y: 50, width: 1000, height: 700 } })
  await standIn.ask('maximize', { window: standIn.window })
  await standIn.ask('close', { window: standIn.window })
  await standIn.ended

  const again = await StandIn.launch(context, { home })
  const { options } = await again.ask<{ options: object }>('settings')
  expect(options).toMatchObject({ x: 40, y: 50, width: 1000, height: 700 })
  // Showing it, and maximising shows it too, waits for the page.
  const order = again.told.flatMap(({ kind }) => (['load', 'maximize', 'show'].includes(kind) ? [kind] : []))
  expect(order).toEqual(['load', 'maximize', 'show'])
  await again.quit()
})

test('shows a training to the system, says when it is done, and lets its model be dragged out', async ({
  standIn,
  home,
}) => {
  await standIn.ask('focus', { window: standIn.window, focused: false })
  await trainForever(standIn, home, 40)
  await expect.poll(() => standIn.all('notification').length).toBe(1)
  expect(standIn.all('notification')[0]).toMatchObject({ title: 'Long is done' })
  expect(standIn.all('power').map(({ blocked }) => blocked)).toEqual([true, false])
  expect(standIn.all('progress').at(-1)).toEqual({ kind: 'progress', value: -1 })

  const { page } = standIn
  await page.getByRole('link', { name: 'Models', exact: true }).click()
  await page.getByRole('main').getByRole('link', { name: /^Long/ }).dispatchEvent('dragstart')
  await expect.poll(() => standIn.all('drag').length).toBe(1)
  const { file, icon } = standIn.all('drag')[0] as unknown as { file: string; icon: string }
  expect(file).toMatch(/long\.hourglass$/)
  expect((await readFile(file)).subarray(0, 2).toString()).toBe('PK')
  expect(icon).toMatch(/icon\.png$/)
  await standIn.quit()
  await expect(readFile(file)).rejects.toThrow('ENOENT')
})

test('asks before it quits while something trains, and saves it', async ({ standIn, context, home }) => {
  await trainForever(standIn, home)
  // Before its first batch, while libraries are loaded, there is nothing to save.
  await expect(standIn.page.getByRole('main')).toContainText(/Epoch [\d,]+ of/)
  standIn.buttons.push(1)
  standIn.child.send({ kind: 'quit' })
  await expect.poll(() => standIn.all('messageBox').length).toBe(1)
  await expect(standIn.page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
  standIn.buttons.push(0)
  await standIn.quit()
  expect(standIn.all('exit')).toEqual([{ kind: 'exit', code: 0 }])

  const again = await StandIn.launch(context, { home })
  await again.page.getByRole('link', { name: 'Runs', exact: true }).click()
  await expect(again.page.getByRole('cell', { name: 'Paused' })).toBeVisible()
  await again.quit()
})

test('asks before it quits while pictures are saved, and leaves nothing half written', async ({
  standIn,
  home,
}) => {
  const folder = join(home, 'photos')
  await mkdir(folder)
  for (let i = 0; i < 3; i++)
    await noisyPicture({ width: 800, height: 600, seed: i })
      // So large that it takes a while on any machine.
      .resize(2700, 2160, { kernel: 'nearest' })
      .jpeg()
      .toFile(join(folder, `large-${i}.jpg`))
  const paths = [0, 1, 2].map((i) => join(folder, `large-${i}.jpg`))
  await standIn.ask('secondInstance', { argv: ['hourglass', ...paths], folder: home })
  const { page } = standIn
  await page.getByRole('button', { name: 'Save all 3' }).click()
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
  standIn.buttons.push(1)
  standIn.child.send({ kind: 'quit' })
  await expect.poll(() => standIn.all('messageBox').length).toBe(1)
  expect(standIn.all('messageBox')[0]).toMatchObject({ options: { message: 'Pictures are being saved.' } })
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
  standIn.buttons.push(0)
  await standIn.quit()
  expect(standIn.all('exit')).toEqual([{ kind: 'exit', code: 0 }])
  expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([])
})

test('goes on training when its window is closed, and shows it again', async ({ standIn, home }) => {
  await trainForever(standIn, home)
  expect(standIn.all('tray')).toEqual([])
  await standIn.ask('close', { window: standIn.window })
  await expect.poll(() => standIn.all('notification').length).toBe(1)
  expect(standIn.child.exitCode).toBeNull()
  // The tray says how far it is, opens the window and stops it.
  const tray = () => standIn.ask<{ label?: string; enabled?: boolean; role?: string }[]>('trayMenu')
  await expect
    .poll(tray)
    .toContainEqual({ label: expect.stringMatching(/^Long: epoch \d+ of 100000, .* left$/), enabled: false })
  expect(await tray()).toContainEqual({ label: 'Quit', role: 'quit' })
  await standIn.ask('clickTray', { label: 'Open Hourglass' })
  await expect.poll(() => standIn.windowsOpened).toBe(2)
  await expect(standIn.page.getByRole('region', { name: 'Training under way' })).toBeVisible()
  expect(standIn.all('tray').map(({ image }) => image === null)).toEqual([false, true])
  await standIn.ask('close', { window: standIn.window })
  await standIn.ask('clickTray', { label: 'Stop Training' })
  // Nothing is left to do, and nobody looks.
  await standIn.ended
  expect(standIn.all('exit')).toEqual([{ kind: 'exit', code: 0 }])
  expect(standIn.all('messageBox')).toEqual([])
})

test('hands folders to a window that has to open for them first', async ({ standIn, home }) => {
  await trainForever(standIn, home)
  await standIn.ask('close', { window: standIn.window })
  const folder = await makeImages(join(home, 'images', 'others'), 4)
  await standIn.ask('secondInstance', { argv: ['hourglass', folder], folder: home })
  await expect.poll(() => standIn.windowsOpened).toBe(2)
  await expect(standIn.page.getByText('4 images found.')).toBeVisible()
  await standIn.quit()
})

/** The page's bridge, as the page uses it. */
async function clientOf({ page }: StandIn): Promise<ContractClient> {
  await page.evaluate(() => {
    const told: unknown[] = []
    Object.assign(window, { told })
    for (const event of ['datasets.changed', 'runs.changed', 'jobs.changed'] as const)
      window.hourglass!.on(event, (payload) => told.push({ event, payload }))
    const tag = (value: unknown): unknown => {
      if (ArrayBuffer.isView(value))
        return {
          standInArray: value.constructor.name,
          base64: btoa(String.fromCharCode(...new Uint8Array(value.buffer))),
        }
      if (Array.isArray(value)) return value.map(tag)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tag(item)]))
    }
    const untag = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(untag)
      if (typeof value !== 'object' || value === null) return value
      const { base64 } = value as { base64?: string }
      if (base64) return new Float32Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untag(item)]))
    }
    Object.assign(window, {
      ask: async (command: string, params: unknown) =>
        tag(await window.hourglass!.invoke(command, untag(params))),
    })
  })
  type Asking = { ask(command: string, params: unknown): Promise<unknown>; told: never[] }
  const invokeAnything = async (command: string, params: unknown): Promise<unknown> => {
    const question = [command, encodeArrays(params)] as const
    const answer = await page.evaluate(([c, p]) => (window as unknown as Asking).ask(c, p), question)
    const reply = decodeArrays(answer) as { kind: string; result: unknown; error: ErrorMessage }
    if (reply.kind === 'result') return reply.result
    throw fromErrorMessage(reply.error)
  }
  return {
    invokeAnything,
    invoke: invokeAnything as ContractClient['invoke'],
    events: () => page.evaluate(() => (window as unknown as Asking).told),
  }
}
