import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** After a download that failed, it is not tried again for this long. */
const patienceMs = 24 * 60 * 60 * 1000
const longestDownloadMs = 5 * 60 * 1000

/**
 * Path of Electron's binary, fetched where it is missing and can be.
 * @returns {{ path: string } | { path: null, reason: string }}
 */
export function electronBinary(root, { fetch = true } = {}) {
  const found = installed(root)
  if (found) return { path: found }
  if (!fetch) return { path: null, reason: 'Electron has not been downloaded' }
  const failedFile = join(root, 'out', '.electron-failed')
  const failed = statSync(failedFile, { throwIfNoEntry: false })
  if (failed && Date.now() - failed.mtimeMs < patienceMs)
    return { path: null, reason: readFileSync(failedFile, 'utf8') }
  const installer = join(root, 'node_modules', 'electron', 'install.js')
  if (!existsSync(installer)) return { path: null, reason: 'Electron is not among the packages' }
  console.error('Fetching Electron, once.')
  const { status } = spawnSync(process.execPath, [installer], {
    cwd: root,
    stdio: 'ignore',
    timeout: longestDownloadMs,
  })
  const fetched = status === 0 ? installed(root) : null
  if (fetched) return { path: fetched }
  const reason = 'Electron could not be downloaded'
  mkdirSync(join(root, 'out'), { recursive: true })
  writeFileSync(failedFile, reason)
  return { path: null, reason }
}

/** As the electron package itself finds it. */
function installed(root) {
  const folder = join(root, 'node_modules', 'electron')
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const pathFile = join(folder, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : override && 'electron'
  if (!name) return null
  const path = join(override ?? join(folder, 'dist'), name)
  return existsSync(path) ? path : null
}
