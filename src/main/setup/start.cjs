/**
 * `npm start`: installs what is missing, builds what is out of date, and opens the app: in Electron where its binary is
 * here or can be fetched, and opens a window; else served on this machine, in a window of an installed browser where there is
 * a display.
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
  const reason = await showInElectron(args)
  console.error(`${reason} The same app is served to a browser instead.`)
  runUntilItEnds(process.execPath, [join(root, 'out/main/cli.js'), 'serve', '--open', ...args])
}

/** Ends the process with Electron. Resolves with why Electron had no window, in a sentence. */
async function showInElectron(args) {
  const { electronBinary } = await import('./electronBinary.mjs')
  const { hasDisplay } = await import('./display.mjs')
  const { openElectron } = await import('./openElectron.mjs')
  if (!hasDisplay()) return 'There is no display.'
  const { path, reason } = electronBinary(root)
  if (!path) return `${reason}.`
  const { code, trouble } = await openElectron(path, [root, ...args], { root })
  return trouble ? trouble.sentence : process.exit(code)
}

start()
