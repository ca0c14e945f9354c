import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import checkout from '../checkout.cjs'
import { electronBinary } from '../electronBinary.mjs'
import { fuseSentinel, makeStandInDistribution } from './standInDistribution.mjs'

/**
 * What is packaged around the app: a given distribution, that of the electron package, or a stand-in of it. One whose program is
 * none, which only Linux has, is good for the unpacked tree alone; what it lacks is left out.
 *
 * @param {string | undefined} given folder
 * @throws SetupError
 */
export function findDistribution(root, given, version) {
  if (given !== undefined) return described(resolve(given))
  const { path } = electronBinary(root)
  // On a Mac the binary lies deep in Electron.app.
  if (path) return described(path.replace(/([\\/]Electron\.app.*|[\\/][^\\/]+)$/, ''))
  if (process.platform !== 'linux')
    throw new checkout.SetupError(
      'Electron could not be downloaded. Name a distribution with --electron-dist.',
    )
  const folder = join(root, 'out', 'electron-stand-in')
  makeStandInDistribution(folder, version)
  return described(folder)
}

function described(folder) {
  if (process.platform !== 'linux') return { folder, isReal: true, hasFuses: true, hasLanguages: true }
  const program = join(folder, 'electron')
  if (!existsSync(program))
    throw new checkout.SetupError(
      `There is no program "electron" in ${folder}. Name the unpacked folder of Electron's distribution with --electron-dist.`,
    )
  const bytes = readFileSync(program)
  const languages = join(folder, 'locales')
  return {
    folder,
    isReal: bytes.toString('latin1', 0, 4) === '\x7fELF',
    hasFuses: bytes.includes(fuseSentinel),
    hasLanguages: existsSync(languages) && readdirSync(languages).length > 0,
  }
}
