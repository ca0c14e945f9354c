import { spawn } from 'node:child_process'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import checkout from '../checkout.cjs'
import { lastLine } from './run.mjs'

const { SetupError } = checkout
const root = fileURLToPath(new URL('../../../..', import.meta.url))

/**
 * Puts libraries and headers where unpackWheels does, by the app's own download, which needs no Python. What has arrived is kept for the
 * next attempt. @throws SetupError
 */
export async function fetchWheels(variant, folder) {
  checkout.prepareCheckout(root)
  const fetched = join(folder, 'fetched')
  await mkdir(folder, { recursive: true })
  const args = ['setup-tensorflow', '--variant', variant, '--for-building', fetched]
  const { code, said } = await runCommandLine(args)
  if (code !== 0) throw new SetupError(lastLine(said))
  await rename(join(fetched, 'deps'), join(folder, 'deps'))
  await rm(fetched, { recursive: true })
}

/** What it says of its progress is passed on. */
function runCommandLine(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...args], {
      env: { ...process.env, HOURGLASS_LIBRARY: 'none' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (data) => {
      said += data
      process.stderr.write(data)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, said }))
  })
}
