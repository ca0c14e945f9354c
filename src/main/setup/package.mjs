/**
 * `npm run package`: makes what this machine can of the packages of the desktop app, for its own platform, in dist/. Where Electron's
 * binary is not here it stops at the unpacked tree, around a stand-in of the binary. `--dir` makes the tree alone, and
 * `--electron-dist FOLDER` takes another distribution of Electron. `--updates` names where the packages will be published, so that
 * the app finds newer ones: github:OWNER/REPOSITORY, or an address.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import checkout from './checkout.cjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { values: flags } = parseArgs({
  options: {
    dir: { type: 'boolean', default: false },
    'electron-dist': { type: 'string' },
    updates: { type: 'string' },
    out: { type: 'string', default: join(root, 'dist') },
  },
})

async function makePackages() {
  checkout.prepareCheckout(root)
  // From here on the packages are installed.
  const { build, Platform } = await import('electron-builder')
  const { packagingConfig } = await import('./packaging/config.mjs')
  const { licenses } = await import('./packaging/licenses.mjs')
  const { manifest } = await import('./packaging/packages.mjs')
  const { updatesConfig } = await import('./packaging/updates.mjs')
  const updates = updatesConfig(flags.updates, manifest(root, ''))
  const { addonForPackage } = await import('./packaging/addon.mjs')
  const target = { platform: process.platform, arch: process.arch }
  const electronVersion = manifest(root, 'node_modules/electron').version
  const { findDistribution } = await import('./packaging/distribution.mjs')
  const distribution = findDistribution(root, flags['electron-dist'], electronVersion)
  const text = join(root, 'out', 'LICENSES.txt')
  mkdirSync(dirname(text), { recursive: true })
  writeFileSync(text, licenses(root, target))
  const output = resolve(flags.out)
  rmSync(output, { recursive: true, force: true })
  const addon = await addonForPackage()
  const config = packagingConfig({
    ...{ root, target, distribution, electronVersion, licenses: text, addon, updates, output },
  })
  const isTreeOnly = flags.dir || !distribution.isReal
  await build({
    projectDir: root,
    config,
    targets: Platform.current().createTarget(isTreeOnly ? 'dir' : undefined),
    publish: 'never',
  })
  if (!distribution.isReal)
    console.log('Electron is not here: only the unpacked tree was made, around a stand-in of it.')
}

try {
  await makePackages()
} catch (error) {
  console.error(error instanceof checkout.SetupError ? error.message : error)
  // electron-builder leaves things open.
  process.exit(1)
}
