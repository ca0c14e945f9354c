import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Marks in Electron's executable where its fuses are (@electron/fuses). */
export const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const fuseVersion = 1
const fuses = '00000000'

/**
 * A folder with the files that a distribution of Electron for Linux has, and nothing in them that runs: where Electron cannot be
 * downloaded, all that packaging does to the app can be looked at with it.
 */
export function makeStandInDistribution(folder, version) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'locales'), { recursive: true })
  mkdirSync(join(folder, 'resources'))
  const put = (name, content) => writeFileSync(join(folder, name), content)
  const says = '#!/bin/sh\necho "This is not Electron: it was packaged without it." >&2\nexit 1\n'
  put(
    'electron',
    Buffer.concat([
      Buffer.from(says + fuseSentinel),
      Buffer.from([fuseVersion, fuses.length]),
      Buffer.from(fuses),
    ]),
  )
  put('version', version)
  for (const name of ['chrome-sandbox', 'chrome_crashpad_handler']) put(name, says)
  for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler'])
    chmodSync(join(folder, name), 0o755)
  for (const name of [
    'LICENSE',
    'LICENSES.chromium.html',
    'icudtl.dat',
    'resources.pak',
    'v8_context_snapshot.bin',
  ])
    put(name, 'A stand-in.')
  for (const language of ['en-US', 'de', 'fr']) put(join('locales', `${language}.pak`), 'A stand-in.')
  put(join('resources', 'default_app.asar'), emptyArchive())
}

/** An archive of Electron's without files: sizes of what follows, then its directory as JSON. */
function emptyArchive() {
  const directory = Buffer.from('{"files":{}}')
  const sizes = [4, directory.length + 8, directory.length + 4, directory.length]
  return Buffer.concat([Buffer.from(Uint32Array.from(sizes).buffer), directory])
}
