#!/usr/bin/env node
/**
 * Starts the command line: `npm run hourglass -- …`, `npm run demo`, `npm run bench -- …`, and the `bin`. In a checkout it
 * first installs what is missing and builds what is out of date, so that a bare clone with Node.js and npm is enough.
 * CommonJS, since loading an ES module would start the thread pool before its size is set.
 */
const { existsSync } = require('node:fs')
const { join, resolve } = require('node:path')
const { pathToFileURL } = require('node:url')
const { SetupError, prepareCheckout } = require('./checkout.cjs')
const { checkNode, runUntilItEnds, useAllCores } = require('./process.cjs')
const { setupGpu } = require('./gpu.cjs')

const root = resolve(__dirname, '../../..')
/** Commands that train, for which it pays to set up a GPU first. */
const trainingCommands = ['demo', 'serve']
const badInput = 3

checkNode()
useAllCores()

/**
 * npm runs its scripts in the project's root, whatever folder the command was typed in: back to that one, so that paths
 * in the arguments mean what they say there. Without npm the current folder is the right one already.
 */
function returnToCallersFolder() {
  const { npm_lifecycle_event: script, INIT_CWD: typedIn } = process.env
  const movedByNpm = ['hourglass', 'demo', 'bench', 'serve'].includes(script) && process.cwd() === root
  if (movedByNpm && typedIn && existsSync(typedIn)) process.chdir(typedIn)
}

async function start() {
  try {
    prepareCheckout(root)
    if (trainingCommands.includes(process.argv[2])) await setupGpu()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(error.message)
    process.exit(badInput)
  }
  returnToCallersFolder()
  const cli = join(root, 'out/main/cli.js')
  // The app runs long, in a process that keeps little of what it has freed.
  if (process.argv[2] === 'serve') runUntilItEnds(process.execPath, [cli, ...process.argv.slice(2)])
  else await import(pathToFileURL(cli))
}

start()
