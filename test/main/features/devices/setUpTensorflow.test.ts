import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { runScriptInNode } from '../../../../src/main/base/scriptRunner'
import { tensorflowAddon } from '../../../../src/main/store/builtFiles'
import { probeLibrary } from '../../../../src/main/features/devices/tensorflow/probeLibrary'
import { runTensorflowSetup } from '../../../../src/main/features/devices/tensorflowSetup'
import { finished, startHourglassWith } from '../../../support/commandLine'
import { PackageIndexServer, wheelOf } from '../../../support/packageIndexServer'
import { hasTensorflow, root } from '../../../support/requirements'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

const never = new AbortController().signal
let server: PackageIndexServer | null = null
let app: App | null = null

afterEach(async () => {
  await app?.close()
  await server?.close()
  app = server = null
})

/** A wheel for every machine of ours, whose libraries are none, and larger than the tests of a full disk allow. */
async function serveFakeWheel(): Promise<PackageIndexServer> {
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  const project = process.arch === 'arm64' ? 'tensorflow' : 'tensorflow-cpu'
  const content = wheelOf({
    'tensorflow/libtensorflow_cc.so.2': randomBytes(200_000),
    'tensorflow/libtensorflow_framework.so.2': Buffer.from('no library'),
    'tensorflow/include/tensorflow/c/c_api.h': Buffer.from('header'),
  })
  const filename = `${project}-2.21.0-cp311-cp311-manylinux_2_17_${arch}.whl`
  return (server = await PackageIndexServer.start([{ project, version: '2.21.0', filename, content }]))
}

describe.skipIf(!hasTensorflow())('the probe of a library', () => {
  it('loads it in a process of its own and computes with it', async () => {
    const folder = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
    expect(await probeLibrary(runScriptInNode, folder, never)).toEqual({
      version: expect.stringMatching(/^2\./),
      gpu: expect.any(Boolean),
    })
  })
})

it('says why a library does not load', async () => {
  const folder = await temporaryFolder()
  const addon = join(folder, 'lib', 'napi-v8')
  await mkdir(addon, { recursive: true })
  await mkdir(join(folder, 'deps'))
  await writeFile(join(addon, 'tfjs_binding.node'), 'no library')
  await expect(probeLibrary(runScriptInNode, folder, never)).rejects.toMatchObject({
    code: 'runtime-missing',
    message: expect.stringMatching(/does not load here: .*tfjs_binding\.node/),
  })
  const dies = async () => ({ code: null, stdout: '', stderr: '' })
  await expect(probeLibrary(dies, folder, never)).rejects.toThrow(/ended without a word/)
})

it('ends all that the script of a checkout has started, when it is cancelled', async () => {
  const script = join(await temporaryFolder(), 'setup.mjs')
  await writeFile(
    script,
    `import { spawn } from 'node:child_process'
     const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
     console.log(child.pid)`,
  )
  const abort = new AbortController()
  let started = 0
  const onLine = (line: string) => {
    started = Number(line)
    abort.abort()
  }
  await expect(runTensorflowSetup(script, onLine, abort.signal)).rejects.toThrow(/abort/i)
  await expect.poll(() => isRunning(started), { timeout: 10_000 }).toBe(false)
})

/** A process that has ended and that nobody has asked about yet counts as ended. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ' Z ')
  return !/\) Z |^ Z /.test(status)
}

describe.skipIf(process.platform !== 'linux')('setting up TensorFlow without Python', () => {
  it.skipIf(tensorflowAddon() === null)('is a job of the app, from the mirror in its settings', async () => {
    const home = await temporaryFolder()
    const { address } = await serveFakeWheel()
    app = await openTestApp(home)
    await app.handlers['settings.change']({ packageIndex: address })
    const { job } = await app.handlers['devices.setupTensorflow']({})
    const own = async () => (await app!.handlers['jobs.list']({})).items.find(({ id }) => id === job)!
    await expect.poll(async () => (await own()).state, { timeout: 30_000 }).toBe('failed')
    expect((await own()).error).toMatch(/^TensorFlow has been downloaded and does not load here: /)
    expect(server!.requests).toHaveLength(2)
    expect(existsSync(join(home, 'state', 'tensorflow', 'library'))).toBe(false)
  })

  it('brings libraries and headers to build with, on the command line', async () => {
    const folder = await temporaryFolder()
    const { address } = await serveFakeWheel()
    const env = {
      ...{ ...process.env, HOURGLASS_HOME: join(folder, 'home'), HOURGLASS_LIBRARY: 'none' },
      HOURGLASS_PACKAGE_INDEX: address,
    }
    const out = join(folder, 'out')
    const args = ['setup-tensorflow', '--variant', 'cpu', '--for-building', out]
    expect(await finished(startHourglassWith(env, ...args))).toMatchObject({ code: 0 })
    expect(await readFile(join(out, 'deps', 'include', 'tensorflow', 'c', 'c_api.h'), 'utf8')).toBe('header')
    const nowhere = { ...env, HOURGLASS_PACKAGE_INDEX: `${address}/none` }
    expect(await finished(startHourglassWith(nowhere, ...args))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/is not available \(error 404\)/),
    })
    expect(await finished(startHourglassWith(nowhere, ...args, '--index', address))).toMatchObject({
      code: 0,
    })
  })

  it('says that the disk is full, and resumes when there is room again', async () => {
    const folder = await temporaryFolder()
    const { address, requests } = await serveFakeWheel()
    const env = { ...process.env, HOURGLASS_HOME: folder, HOURGLASS_PACKAGE_INDEX: address }
    const args = ['setup-tensorflow', '--variant', 'cpu', '--for-building', join(folder, 'out')]
    const cli = join(root, 'out', 'main', 'cli.js')
    // No file larger than 100 KiB.
    const limited = ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, cli, ...args]
    expect(await finished(spawn('bash', limited, { env }))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/\.part grew past the largest file this system allows/),
    })
    expect(await finished(startHourglassWith(env, ...args))).toMatchObject({ code: 0 })
    expect(requests.at(-1)).toMatch(/ bytes=[1-9]\d*-$/)
  })
})
