/**
 * `npm start`: installs what is missing, builds what is out of date, and opens the app: in Electron where its binary is
 * here or can be fetched, else served on this machine, in a window of an installed browser where there is a display.
 */
const { join, resolve } = require('node:path')
const { SetupError, prepareCheckout } = require('./checkout.cjs')
const { setupGpu } = require('./gpu.cjs')
const { badInput, checkNode, runUntilItEnds, useAllCores } = require('./process.cjs')

const root = resolve(__dirname, '../../..')

async function start() {
  checkNode()
  useAllCores()
  try {
    prepareCheckout(root)
    await setupGpu()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(error.message)
    process.exit(badInput)
  }
  const args = process.argv.slice(2)
  const { electronBinary } = await import('./electronBinary.mjs')
  const { hasDisplay } = await import('./display.mjs')
  const electron = hasDisplay() ? electronBinary(root) : { path: null, reason: 'There is no display' }
  if (electron.path) return runUntilItEnds(electron.path, [root, ...args])
  console.error(`${electron.reason}: the same app is served to a browser instead.`)
  runUntilItEnds(process.execPath, [join(root, 'out/main/cli.js'), 'serve', '--open', ...args])
}

start()
