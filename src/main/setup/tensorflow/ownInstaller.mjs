import { get } from 'node:https'
import { delimiter, dirname, join } from 'node:path'
import checkout from '../checkout.cjs'
import { removeLibraries } from './cache.mjs'
import { tfjsPackage } from './place.mjs'
import { lastLine, run } from './run.mjs'

const { SetupError } = checkout

const defaultHost = 'https://storage.googleapis.com/'

/** The way the package goes by itself: an older TensorFlow and a ready-made addon from its makers' host. @throws SetupError */
export async function runOwnInstaller(gpu) {
  const host = process.env.TFJS_NODE_CDN_STORAGE ?? process.env.CDN_STORAGE ?? defaultHost
  if (!process.env.HTTPS_PROXY && !(await answers(host))) {
    throw new SetupError(`${new URL(host).host} does not answer.`)
  }
  const { folder } = tfjsPackage()
  await removeLibraries()
  const tools = join(dirname(dirname(folder)), '.bin')
  const { code, stderr, timedOut } = await run(
    process.execPath,
    ['scripts/install.js', gpu ? 'gpu' : 'cpu', 'download'],
    {
      cwd: folder,
      env: { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` },
      timeoutMs: 30 * 60 * 1000,
    },
  )
  if (timedOut) throw new SetupError('it took longer than half an hour.')
  if (code !== 0) throw new SetupError(`it ended with code ${code}: ${lastLine(stderr)}`)
}

/** Whether a host says anything at all. */
function answers(url) {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 8_000 }, (response) => {
      response.destroy()
      resolve(true)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
    request.on('close', () => resolve(false))
  })
}
