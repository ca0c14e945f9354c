const { spawn } = require('node:child_process')
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

/**
 * glibc keeps what a thread has freed for that thread, some 400 MB more with AVIF pictures of 12 megapixels. With two arenas
 * for all threads it is used again. glibc reads this when a process begins, so it is for the processes that are started.
 */
const withFewArenas = (env) => ({ MALLOC_ARENA_MAX: '2', ...env })

/** Starts a program and ends as it does. Ctrl-C in the terminal reaches it by itself, the other ways to ask are passed on. */
function runUntilItEnds(program, args) {
  const child = spawn(program, args, { stdio: 'inherit', env: withFewArenas(process.env) })
  // Or it would open Node.js's debugger.
  process.on('SIGUSR1', () => undefined)
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('close', (code, signal) => process.exit(signal ? 130 : code))
}

module.exports = { badInput, checkNode, runUntilItEnds, useAllCores, withFewArenas }
