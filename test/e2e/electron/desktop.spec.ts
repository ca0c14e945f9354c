import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { StandIn, type StandInOptions } from '../../electron/launchStandIn'
import { noisyPicture } from '../../support/noisyPicture'

const test = base.extend<{ home: string }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs out of this pattern
  home: async ({}, use) => {
    const home = await mkdtemp(join(tmpdir(), 'hourglass-desktop-'))
    await use(home)
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  },
})

/** What the newest message box said, and its buttons. */
const boxes = (standIn: StandIn) =>
  standIn
    .all('messageBox')
    .map(({ options }) => options as { message: string; detail?: string; buttons: string[] })
const newest = (standIn: StandIn) => boxes(standIn).at(-1)

/** A place of updates: what electron-builder publishes. */
class UpdateServer {
  readonly requests: string[] = []
  version = '0.0.0'
  isDamaged = false
  readonly program = Buffer.from('#!/bin/sh\necho started > "$HOURGLASS_HOME/started"\n')
  private constructor(private readonly server: Server) {}

  static async start(): Promise<UpdateServer> {
    const server = createServer()
    const updates = new UpdateServer(server)
    server.on('request', ({ url = '' }, response) => {
      updates.requests.push(url.split('?')[0]!)
      if (url.startsWith('/latest-linux')) return void response.end(updates.description())
      if (url.startsWith('/Hourglass-')) return void response.end(updates.program)
      response.writeHead(404).end()
    })
    await updates.listen(0)
    return updates
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1')
    await once(this.server, 'listening')
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private description(): string {
    const hash = createHash('sha512')
      .update(this.program)
      .update(this.isDamaged ? 'x' : '')
    const name = `Hourglass-${this.version}.AppImage`
    const sha512 = hash.digest('base64')
    const files = `files:\n  - url: ${name}\n    sha512: ${sha512}\n    size: ${this.program.length}\n`
    return `version: ${this.version}\n${files}path: ${name}\nsha512: ${sha512}\nreleaseDate: '2026-01-01T00:00:00.000Z'\n`
  }
}

test('looks for updates when somebody wants it, and asks before each step', async ({ context, home }) => {
  const server = await UpdateServer.start()
  const { port } = server
  const resources = join(home, 'resources')
  const program = join(home, 'Hourglass.AppImage')
  await mkdir(resources)
  await writeFile(
    join(resources, 'app-update.yml'),
    `provider: generic\nurl: http://127.0.0.1:${port}\nupdaterCacheDirName: hourglass-updater\n`,
  )
  await writeFile(program, 'the old one', { mode: 0o755 })
  const start: StandInOptions = {
    ...{ home, isPackaged: true, resources },
    env: { APPIMAGE: program, XDG_CACHE_HOME: join(home, 'cache') },
  }
  const standIn = await StandIn.launch(context, start)
  const check = () => standIn.ask('click', { label: 'Check for Updates…' })

  await check()
  await expect.poll(() => newest(standIn)?.message).toBe('Hourglass 0.0.0 is the newest version.')
  server.version = '9.9.9'
  standIn.buttons.push(1)
  await check()
  await expect.poll(() => newest(standIn)?.message).toBe('Hourglass 9.9.9 is available.')
  expect(newest(standIn)).toMatchObject({
    detail: expect.stringMatching(/^You have 0\.0\.0\. .*\(1 MB\) from 127\.0\.0\.1:\d+\?/),
    buttons: ['Download', 'Not Now'],
  })
  expect(server.requests).toEqual(['/latest-linux.yml', '/latest-linux.yml'])

  // What does not arrive as it was published is thrown away.
  server.isDamaged = true
  standIn.buttons.push(0)
  await check()
  await expect.poll(() => newest(standIn)?.message).toBe('The new version could not be downloaded.')
  expect(newest(standIn)?.detail).toMatch(/^What arrived has a wrong checksum/)
  server.isDamaged = false
  await server.stop()
  await check()
  await expect.poll(() => newest(standIn)?.message).toBe('Hourglass could not look for updates.')
  expect(newest(standIn)?.detail).toMatch(/^127\.0\.0\.1:\d+ cannot be reached\. Check the network/)
  await server.listen(port)
  expect(await readFile(program, 'utf8')).toBe('the old one')

  await standIn.page.getByRole('link', { name: 'Settings', exact: true }).click()
  await standIn.page.getByRole('switch', { name: 'Look for updates at each start' }).click()
  // The app soon ends for the new version, and what was chosen must be on the disk by then.
  await expect
    .poll(() => readFile(join(home, 'settings.json'), 'utf8').catch(() => ''))
    .toMatch(/"looksForUpdates":\s*true/)
  standIn.buttons.push(0, 0)
  await check()
  await standIn.ended
  expect(newest(standIn)?.message).toBe('Hourglass 9.9.9 is downloaded, and its checksum is right.')
  expect(await readFile(program)).toEqual(server.program)
  await expect.poll(() => readFile(join(home, 'started'), 'utf8').catch(() => '')).toBe('started\n')
  // It ended as it does when somebody quits: everything is closed, and the next one may start.
  expect(standIn.told.map(({ kind }) => kind)).toContain('unlocked')
  expect(await readFile(join(home, 'logs', 'hourglass.log'), 'utf8')).toMatch(/Closed\./)

  // Allowed in the settings, it looks by itself, and says something only where there is something new.
  const again = await StandIn.launch(context, start)
  await expect.poll(() => boxes(again)[0]?.message).toBe('Hourglass 9.9.9 is available.')
  await again.ended
  await server.stop()
})

test('does not look for updates where something else owns its files', async ({ context, home }) => {
  const server = await UpdateServer.start()
  await writeFile(join(home, 'app-update.yml'), `provider: generic\nurl: http://127.0.0.1:${server.port}\n`)
  // As a package of Debian is started, and allowed to look by settings of before.
  await writeFile(join(home, 'settings.json'), JSON.stringify({ looksForUpdates: true }))
  const standIn = await StandIn.launch(context, { home, isPackaged: true, resources: home })
  const menu = await standIn.ask<{ label?: string }[]>('menu')
  expect(menu).not.toContainEqual({ label: 'Check for Updates…' })
  await standIn.page.getByRole('link', { name: 'Settings', exact: true }).click()
  await expect(standIn.page.getByText(/^Hourglass \d.* MIT licence/)).toBeVisible()
  await expect(standIn.page.getByRole('switch', { name: /updates/ })).toHaveCount(0)
  await standIn.quit()
  expect(server.requests).toEqual([])
  await server.stop()
})

test('a denoised picture can be dragged out of the window once it is saved', async ({ context, home }) => {
  // The film is there for several.
  const args = ['photo.png', 'other.png'].map((name) => join(home, name))
  for (const path of args) await noisyPicture({ width: 120, height: 90 }).png().toFile(path)
  const standIn = await StandIn.launch(context, { home, args })
  const { page } = standIn
  const frame = page.getByRole('option', { name: /^other\.png/ })
  await expect(frame).toHaveAttribute('draggable', 'false')
  await page.getByRole('button', { name: 'Save this picture' }).click()
  await expect(page.getByText('Saved as other-denoised.png.')).toBeVisible()
  await expect(frame).toHaveAttribute('draggable', 'true')
  for (const dragged of [frame, page.getByText('Saved as other-denoised.png.')]) {
    const before = standIn.all('drag').length
    await dragged.dispatchEvent('dragstart')
    await expect.poll(() => standIn.all('drag').length).toBe(before + 1)
    expect(standIn.all('drag').at(-1)).toMatchObject({ file: join(home, 'other-denoised.png') })
  }
  await standIn.quit()
})

test('an AppImage that may not have its sandbox asks before it starts without', async ({ context, home }) => {
  const env = { APPIMAGE: join(home, 'Hourglass.AppImage') }
  const start = StandIn.launch(context, { home, isPackaged: true, args: ['--no-sandbox'], env })
  await expect(start).rejects.toThrow(
    /This system forbids Hourglass the sandbox.*"Quit","Start Without Sandbox".*"kind":"exit","code":0/,
  )
})

test('says in the language of the system why it cannot start', async ({ context, home }) => {
  await writeFile(join(home, 'library'), 'a file where the library should be')
  await expect(StandIn.launch(context, { home, locale: 'de-AT' })).rejects.toThrow(
    /"title":"Hourglass konnte nicht starten","content":"[^"]* ist [^"]*"/,
  )
})
