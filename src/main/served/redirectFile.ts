import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writePrivateFile } from '../store/privateFile'

/**
 * A page that leads to the served app. What a program is started with can be read by everybody on a machine, so a
 * browser is given the name of this file, which only its owner may read.
 */
export class RedirectFile {
  private readonly path: string

  constructor(stateFolder: string, browser: string) {
    this.path = join(readableFolder(stateFolder, browser), 'open-hourglass.html')
  }

  get url(): string {
    return pathToFileURL(this.path).href
  }

  /** @throws ExpectedError */
  async leadTo(address: string): Promise<void> {
    await writePrivateFile(this.path, page(address))
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true })
  }
}

const page = (address: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>Hourglass</title>
<meta http-equiv="refresh" content="0;url=${address}">
<p><a href="${address}">Open Hourglass</a></p>
</html>
`

/** A browser out of a snap reads no hidden folders, in which ours usually lies. */
function readableFolder(stateFolder: string, browser: string): string {
  const real = existsSync(browser) ? realpathSync(browser) : browser
  const isSnap = [browser, real].some((path) => path.startsWith('/snap/') || path === '/usr/bin/snap')
  const shared = join(homedir(), 'snap', 'chromium', 'common')
  return (isSnap || browser === '/usr/bin/chromium-browser') && existsSync(shared) ? shared : stateFolder
}
