import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The folder and version of @tensorflow/tfjs-node-gpu. */
export function tfjsPackage() {
  const manifest = require.resolve('@tensorflow/tfjs-node-gpu/package.json')
  return { folder: dirname(manifest), version: require(manifest).version }
}

/** The command line of the tool that the package finds and builds its addon with. */
export function nodePreGyp() {
  const manifest = createRequire(join(tfjsPackage().folder, 'package.json')).resolve(
    '@mapbox/node-pre-gyp/package.json',
  )
  return join(dirname(manifest), 'bin', 'node-pre-gyp')
}

/** Where big things that can be had again are kept. HOURGLASS_CACHE moves it. */
export function cacheFolder() {
  const { HOURGLASS_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (HOURGLASS_CACHE) return HOURGLASS_CACHE
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? homedir(), 'hourglass', 'cache')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'hourglass')
  return join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hourglass')
}
