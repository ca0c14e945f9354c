const { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs')
const { dirname } = require('node:path')

const pollMs = 100
/** No installation takes this long: after a restart of the machine the number may belong to another process. */
const oldestMs = 60 * 60 * 1000

/**
 * Waits until this process is the only one that holds `path`, and returns the function that lets it go. Synchronous.
 * The file holds the number of the process; one that died without letting go is passed over.
 */
function acquireLock(path) {
  mkdirSync(dirname(path), { recursive: true })
  const own = `${path}.${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    while (!tryLink(own, path)) {
      passOverDeadHolder(path)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs)
    }
  } finally {
    rmSync(own, { force: true })
  }
  return () => rmSync(path, { force: true })
}

/** A link appears whole, number included, or not at all. */
function tryLink(own, path) {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function passOverDeadHolder(path) {
  const holder = readHolder(path)
  if (!holder || (isAlive(Number(holder.pid)) && Date.now() - holder.sinceMs < oldestMs)) return
  const aside = `${path}.${process.pid}.dead`
  try {
    renameSync(path, aside)
    // Between the look and the rename another process may have passed over the dead one and taken the lock: back with it.
    if (readFileSync(aside, 'utf8') !== holder.pid) tryLink(aside, path)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function readHolder(path) {
  try {
    return { pid: readFileSync(path, 'utf8'), sinceMs: statSync(path).mtimeMs }
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

module.exports = { acquireLock, isAlive }
