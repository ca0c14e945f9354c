const { cpus } = require('node:os')

const badInput = 3

/** Ends the process with a sentence where Node.js is too old. */
function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`Hourglass needs Node.js 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(badInput)
}

/** sharp decodes on this pool, whose default of 4 leaves the other cores idle. Before any ES module is loaded. */
function useAllCores() {
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, cpus().length))
}

module.exports = { badInput, checkNode, useAllCores }
