/** `npm run test:electron`: the tests of the window in Electron itself, started as a person starts it. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import checkout from './checkout.cjs'
import { hasDisplay } from './display.mjs'
import { electronBinary } from './electronBinary.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Why there is nothing to test in; null where there is. */
function obstacle() {
  if (!hasDisplay()) return 'There is no display. Under Xvfb: xvfb-run npm run test:electron.'
  const { path, reason } = electronBinary(root)
  return path ? null : `${reason}.`
}

checkout.prepareCheckout(root)
const reason = obstacle()
if (reason) {
  console.error(reason)
  process.exit(1)
}
const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
const args = [
  'test',
  '--config',
  'test/e2e/playwright.config.ts',
  '--project',
  'electron',
  ...process.argv.slice(2),
]
process.exit(spawnSync(process.execPath, [playwright, ...args], { cwd: root, stdio: 'inherit' }).status ?? 1)
