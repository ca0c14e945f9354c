import { existsSync } from 'node:fs'
import { cp, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import checkout from '../checkout.cjs'
import { nodePreGyp, tfjsPackage } from './place.mjs'
import { lastLine, run } from './run.mjs'

const { SetupError } = checkout

const buildTimeoutMs = 10 * 60 * 1000
const sources = ['package.json', 'binding.gyp', 'binding']

/** @throws SetupError when there is nothing to build with */
export async function requireCompiler() {
  for (const [command, name] of [
    [process.env.CXX ?? 'g++', 'A C++ compiler'],
    ['make', 'make'],
  ]) {
    const { code } = await run(command, ['--version'])
    if (code !== 0) throw new SetupError(`${name} is not installed (Debian: apt install g++ make).`)
  }
}

/** Builds the package's addon against `folder`/deps into `folder`/lib, and leaves only the two. @throws SetupError */
export async function buildAddon(folder) {
  for (const name of sources)
    await cp(join(tfjsPackage().folder, name), join(folder, name), { recursive: true })
  const { code, stdout, stderr } = await run(
    process.execPath,
    [nodePreGyp(), 'install', '--build-from-source'],
    {
      cwd: folder,
      env: await gypEnvironment(),
      timeoutMs: buildTimeoutMs,
    },
  )
  if (code !== 0) throw new SetupError(`The addon does not build: ${buildFailure(`${stdout}\n${stderr}`)}`)
  await rm(join(folder, 'deps', 'include'), { recursive: true })
  for (const name of await readdir(folder)) {
    if (name !== 'deps' && name !== 'lib') await rm(join(folder, name), { recursive: true })
  }
}

/**
 * node-pre-gyp looks for the node-gyp inside npm, and node-gyp for the headers of Node.js: in `nodedir` of npm's
 * configuration, which npm does not hand down to us; beside the program, where the archives of nodejs.org put them; else
 * it downloads them.
 */
async function gypEnvironment() {
  const npm = process.env.npm_execpath
  const gyp = npm && join(dirname(npm), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const headers = (await configuredNodedir()) ?? dirname(dirname(process.execPath))
  return {
    ...process.env,
    ...(gyp && existsSync(gyp) && { npm_config_node_gyp: gyp }),
    ...(existsSync(join(headers, 'include', 'node', 'node_api.h')) && { npm_config_nodedir: headers }),
  }
}

async function configuredNodedir() {
  const { code, stdout } = await run('npm', ['config', 'get', 'nodedir'])
  const folder = lastLine(stdout)
  return code === 0 && existsSync(folder) ? folder : null
}

function buildFailure(log) {
  const error = log.split('\n').find((line) => /\berror:|ENOTFOUND|EAI_AGAIN|ERR! stack Error/.test(line))
  return /ENOTFOUND|EAI_AGAIN/.test(log)
    ? 'the headers of Node.js are not here and cannot be downloaded (set npm config nodedir).'
    : (error ?? lastLine(log)).trim()
}
