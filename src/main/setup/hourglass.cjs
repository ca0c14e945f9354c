#!/usr/bin/env node
/**
 * Starts the command line: `npm run hourglass -- …`, `npm run demo`, `npm run bench -- …`, and the `bin`. In a checkout it
 * first installs what is missing and builds what is out of date, so that a bare clone with Node.js and npm is enough.
 * CommonJS, since loading an ES module would start the thread pool before its size is set.
 */
const { existsSync } = require('node:fs')
const { cpus } = require('node:os')
const { join, resolve } = require('node:path')
const { pathToFileURL } = require('node:url')
const { SetupError, prepareCheckout } = require('./checkout.cjs')

const root = resolve(__dirname, '../../..')
/** Commands that train, for which it pays to set up a GPU first. */
const trainingCommands = ['demo', 'start']
const badInput = 3

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Hourglass needs Node.js 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(badInput)
}

// sharp decodes on this pool, whose default of 4 leaves the other cores idle.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, cpus().length))

/**
 * npm runs its scripts in the project's root, whatever folder the command was typed in: back to that one, so that paths
 * in the arguments mean what they say there. Without npm the current folder is the right one already.
 */
function returnToCallersFolder() {
  const { npm_lifecycle_event: script, INIT_CWD: typedIn } = process.env
  const movedByNpm = ['hourglass', 'demo', 'bench'].includes(script) && process.cwd() === root
  if (movedByNpm && typedIn && existsSync(typedIn)) process.chdir(typedIn)
}

async function setupGpu() {
  const { hasNvidiaGpu } = await import('./tensorflow/nvidia.mjs')
  if (!hasNvidiaGpu()) return
  const { setupTensorflow } = await import('./setupTensorflow.mjs')
  const result = await setupTensorflow()
  if (!result.ok)
    console.error(`TensorFlow is not available (${result.message}) Going on with the ONNX runtime.`)
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
  await import(pathToFileURL(join(root, 'out/main/cli.js')))
}

start()
