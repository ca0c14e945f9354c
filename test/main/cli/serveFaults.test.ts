import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { finished, type Said, startHourglassWith } from '../../support/commandLine'
import { root } from '../../support/requirements'
import { folderOfFile } from '../../support/testFolder'

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

const serving = (home: string, env: NodeJS.ProcessEnv = {}, ...args: string[]) => {
  const own = { ...process.env, HOURGLASS_LIBRARY: undefined, ...env, HOURGLASS_HOME: home }
  const child = startHourglassWith(own, '--json', 'serve', ...args)
  running.push(child)
  return child
}

/** What a start that comes to nothing says: one sentence and no stack. */
async function refused(child: ChildProcess): Promise<Said> {
  const said = await finished(child)
  expect(said.stdout).toBe('')
  expect(said.stderr.trimEnd().split('\n')).toHaveLength(1)
  return said
}

interface Serving {
  readonly address: string
  readonly windowOpened: boolean
}

async function started(child: ChildProcess): Promise<Serving> {
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  return JSON.parse(line) as Serving
}

/** Root may write everywhere, unless it does without that. */
const withoutPowers =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []

describe('a start that cannot be', () => {
  it('names the port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const said = await refused(serving(await folderOfFile(), {}, '--port', String(port)))
    server.close()
    expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining(`Port ${port} is in use by`) })
  })

  it('names a lock that is a folder', async () => {
    const home = await folderOfFile()
    await mkdir(join(home, 'state', 'app.lock', 'x'), { recursive: true })
    expect(await refused(serving(home))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/app\.lock is a folder, .* Remove that folder and start again\.\n$/),
    })
  })

  it.skipIf(process.platform === 'win32')('names a state folder that may not be written', async () => {
    const home = await folderOfFile()
    await mkdir(join(home, 'state'))
    await chmod(join(home, 'state'), 0o500)
    const command = [...withoutPowers, process.execPath, join(root, 'out/main/cli.js'), 'serve']
    const env = { ...process.env, HOURGLASS_LIBRARY: undefined, HOURGLASS_HOME: home }
    const said = await refused(spawn(command[0]!, command.slice(1), { env }))
    await chmod(join(home, 'state'), 0o700)
    expect(said).toMatchObject({ code: 3, stderr: expect.stringMatching(/No permission for .*app\.lock\./) })
  })

  it.skipIf(process.platform === 'win32')(
    'names a disk that is full, and leaves no half of a lock',
    async () => {
      const home = await folderOfFile()
      // Files of 0 bytes stand in for a disk without room.
      const limited = 'ulimit -f 0; exec "$0" "$@"'
      const command = ['-c', limited, process.execPath, join(root, 'out/main/cli.js'), 'serve']
      const env = { ...process.env, HOURGLASS_LIBRARY: undefined, HOURGLASS_HOME: home }
      const said = await refused(spawn('bash', command, { env }))
      expect(said).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/app\.lock grew past the largest file/),
      })
      await expect(stat(join(home, 'state', 'app.lock'))).rejects.toThrow('ENOENT')
    },
  )

  it('says the address of the first one', async () => {
    const home = await folderOfFile()
    const { address } = await started(serving(home))
    expect(await refused(serving(home))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`Open ${address} `),
    })
    expect((await stat(join(home, 'state', 'serving.json'))).mode & 0o777).toBe(0o600)
  })
})

describe.skipIf(process.platform === 'win32')('signals', () => {
  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
    '%s ends it cleanly, also where it comes twice',
    async (signal) => {
      const home = await folderOfFile()
      const child = serving(home)
      await started(child)
      const ended = once(child, 'close')
      child.kill(signal)
      child.kill(signal)
      expect(await ended).toEqual([0, null])
      for (const left of ['app.lock', 'serving.json', 'uploads'])
        await expect(stat(join(home, 'state', left))).rejects.toThrow('ENOENT')
    },
  )

  it('SIGHUP saves also where nobody reads what it says any more', async () => {
    const child = serving(await folderOfFile())
    await started(child)
    child.stdout!.destroy()
    child.stderr!.destroy()
    const ended = once(child, 'exit')
    child.kill('SIGHUP')
    expect(await ended).toEqual([0, null])
  })

  it('SIGUSR1 opens no debugger', async () => {
    const child = serving(await folderOfFile())
    let stderr = ''
    child.stderr!.on('data', (data: Buffer) => (stderr += data))
    const { address } = await started(child)
    child.kill('SIGUSR1')
    expect((await fetch(new URL('/', address))).status).toBe(403)
    const ended = once(child, 'close')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(stderr).not.toMatch(/debugger/i)
  })
})

describe.skipIf(process.platform === 'win32')('a window that is opened', () => {
  /** A browser that tells what it was started with. */
  async function fakeBrowser(folder: string): Promise<string> {
    const path = join(folder, 'chromium')
    await writeFile(
      path,
      `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/args.new"\nmv "${folder}/args.new" "${folder}/args"\n`,
    )
    await chmod(path, 0o755)
    return path
  }

  const linkIn = async (file: string) => new URL(/url=([^"]+)/.exec(await readFile(file, 'utf8'))![1]!)

  it('finds its address in a file of ours, which lets in once and is renewed', async () => {
    const home = await folderOfFile()
    const browser = await fakeBrowser(home)
    const child = serving(home, { CHROMIUM: browser, DISPLAY: ':99' }, '--open')
    const { address, windowOpened } = await started(child)
    expect(windowOpened).toBe(true)
    await expect.poll(() => readFile(join(home, 'args'), 'utf8').catch(() => '')).not.toBe('')
    const args = await readFile(join(home, 'args'), 'utf8')
    expect(args).not.toContain(new URL(address).searchParams.get('token'))
    const file = fileURLToPath(/--app=(.*)/.exec(args)![1]!)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const link = await linkIn(file)
    expect(link.origin).toBe(new URL(address).origin)
    expect(args).not.toContain(link.searchParams.get('ticket'))

    const open = (url: URL) => fetch(url, { redirect: 'manual' })
    expect((await open(link)).status).toBe(303)
    expect((await open(link)).status).toBe(403)
    await expect.poll(async () => (await linkIn(file)).href).not.toBe(link.href)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await open(await linkIn(file))).status).toBe(303)
    const ended = once(child, 'close')
    child.kill('SIGTERM')
    await ended
    await expect(stat(file)).rejects.toThrow('ENOENT')
  })
})
