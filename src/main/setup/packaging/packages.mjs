import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bundled } from './bundled.mjs'

/**
 * Folders of the packages that the packaged app loads, relative to the root: the dependencies that are not built into it, those that
 * are installed of theirs, and so on.
 */
export function packagesInside(root, target) {
  const { dependencies } = manifest(root, '')
  const own = Object.keys(dependencies).filter((name) => !bundled.includes(name) && isForTarget(name, target))
  const found = new Set()
  for (const name of own) collect(root, '', name, target, found)
  return [...found].sort()
}

/** Adds a package as Node finds it from `from`, and all that it needs. */
function collect(root, from, name, target, found) {
  const folder = folderOf(root, from, name)
  if (!folder || found.has(folder) || !isForTarget(name, target)) return
  found.add(folder)
  const { dependencies = {}, optionalDependencies = {} } = manifest(root, folder)
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies }))
    collect(root, folder, needed, target, found)
}

/** Electron on Linux has the system's GLib, beside which sharp's own build does not work; elsewhere it is the one that is loaded. */
function isForTarget(name, { platform, arch }) {
  if (name === '@janhapke/sharp-electron') return platform === 'linux' && arch === 'x64'
  if (name === '@img/sharp-wasm32' || name === '@emnapi/runtime') return platform === 'linux'
  if (name.startsWith('@img/sharp-')) return platform !== 'linux'
  return name !== 'sharp-upstream'
}

function folderOf(root, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules') - 1))) {
    const folder = at ? `${at}/node_modules/${name}` : `node_modules/${name}`
    if (existsSync(join(root, folder, 'package.json'))) return folder
    if (!at) return null
  }
}

export const manifest = (root, folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

/** All packages that are installed at the top, with their scope. */
export function installedPackages(root) {
  const at = join(root, 'node_modules')
  return readdirSync(at)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(at, name)).map((one) => `${name}/${one}`) : [name],
    )
}
