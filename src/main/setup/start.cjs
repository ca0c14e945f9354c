/**
 * `npm start`: installs what is missing, builds what is out of date, and opens the app: in Electron where its binary is
 * here or can be fetched, else served on this machine, in a window of an installed browser where there is a display.
 */
const { spawn } = require('node:child_process')
const { join, resolve } = require('node:path')
const { SetupError, prepareCheckout } = require('./checkout.cjs')
const { setupGpu } = require('./gpu.cjs')
const { badInput, checkNode, useAllCores } = require('./process.cjs')

const root = resolve(__dirname, '../../..')

/** Ends as the program does; what the terminal sends reaches it by itself. */
function runUntilItEnds(program, args) {
  const child = spawn(program, args, { stdio: 'inherit', env: process.env })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined)
  child.on('close', (code, signal) => process.exit(signal ? 130 : code))
}

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
