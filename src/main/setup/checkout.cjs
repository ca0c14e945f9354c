const { execFile, spawnSync } = require('node:child_process')
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs')
const { join } = require('node:path')
const { acquireLock } = require('./lock.cjs')

/** What the build reads besides src/. */
const configFiles = ['electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.json']

/** A step of the set-up that failed for a reason a person can mend; its message is one plain line. */
class SetupError extends Error {}

/** Whether the sources are here, and not only what was built from them (as in an installed package). */
function isCheckout(root) {
  return existsSync(join(root, 'electron.vite.config.ts'))
}

/** Installs what is missing. @throws SetupError */
function installCheckout(root) {
  if (!isCheckout(root) || isInstalled(root)) return
  locked(root, () => {
    if (!isInstalled(root)) install(root)
  })
}

/** Installs what is missing and builds what is older than its sources. @throws SetupError */
function prepareCheckout(root) {
  installCheckout(root)
  if (!isCheckout(root) || isBuilt(root)) return
  locked(root, () => {
    if (!isBuilt(root)) build(root)
  })
}

/** One process at a time; one that has waited looks again whether there is still something to do. @throws SetupError */
function locked(root, work) {
  const lock = join(root, 'out', '.lock')
  try {
    const release = acquireLock(lock)
    try {
      work()
    } finally {
      release()
    }
  } catch (error) {
    const explain = systemErrors[error.code]
    throw explain ? new SetupError(explain(error.path ?? lock)) : error
  }
}

/** What a person can do about what the file system says. */
const systemErrors = {
  EISDIR: (path) =>
    `${path} is a folder, where Hourglass puts a file while it installs and builds. Remove that folder and try again.`,
  ENOSPC: (path) => `The disk is full: ${path} could not be written. Free some space and try again.`,
  EACCES: (path) =>
    `No permission for ${path}. Change its permissions, or clone Hourglass into a folder of yours.`,
  EPERM: (path) => `The system does not allow access to ${path}. Change its permissions and try again.`,
  EROFS: (path) => `${path} is on a read-only disk. Clone Hourglass to where it can be written.`,
}

/**
 * Whether node_modules holds every package of package-lock.json in its version. npm writes down what it installed in
 * node_modules/.package-lock.json. Optional packages may be absent: most of them are for other systems.
 */
function isInstalled(root) {
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))
  if (!installed) return false
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {}
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    const found = installed.packages[path]
    return path === '' || link || (found ? found.version === version : optional === true)
  })
}

/** @throws SetupError */
function install(root) {
  const fresh = !existsSync(join(root, 'node_modules'))
  process.stderr.write(
    fresh
      ? 'Installing the packages Hourglass is made of. This happens once.\n'
      : 'Installing packages again, since package-lock.json has changed.\n',
  )
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = runNpm(root, args, { stdio: ['ignore', process.stderr, process.stderr] })
  if (error)
    throw new SetupError(
      `npm could not be started (${error.message}). Install Node.js with npm and try again.`,
    )
  if (status !== 0)
    throw new SetupError(`The packages could not be installed: npm ci ended with code ${status}, see above.`)
}

/** The npm that started us if one did, else the one on the PATH: what to start, and whether by a shell. */
function npmCommand(args) {
  const npm = process.env.npm_execpath
  if (npm && /npm-cli\.c?js$/.test(npm)) return [process.execPath, [npm, ...args], {}]
  return ['npm', args, { shell: process.platform === 'win32' }]
}

function runNpm(root, args, options) {
  const [program, all, own] = npmCommand(args)
  return spawnSync(program, all, { cwd: root, ...own, ...options })
}

/** As runNpm, beside what goes on; `ended` gets an error or null, and all that was written. */
function startNpm(root, args, ended) {
  const [program, all, own] = npmCommand(args)
  return execFile(program, all, { cwd: root, maxBuffer: 2 ** 26, ...own }, ended)
}

/** Whether out/ was built from sources as new as the newest there is. A removed file makes its folder newer. */
function isBuilt(root) {
  const built = readJson(stampPath(root))
  return built !== null && built.newestMs === newestSourceMs(root)
}

/** @throws SetupError */
function build(root) {
  // Taken before, so that a file saved while the build runs counts as newer than the build.
  const newestMs = newestSourceMs(root)
  rmSync(stampPath(root), { force: true })
  const builder = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [builder, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`)
    throw new SetupError('Hourglass could not be built from its sources, see above.')
  }
  mkdirSync(join(root, 'out'), { recursive: true })
  writeFileSync(stampPath(root), JSON.stringify({ newestMs }))
}

function stampPath(root) {
  return join(root, 'out', '.built.json')
}

/** The newest modification of a file or folder the build reads, in milliseconds. */
function newestSourceMs(root) {
  const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const walk = (folder) =>
    readdirSync(folder, { withFileTypes: true }).reduce((newest, entry) => {
      const path = join(folder, entry.name)
      return Math.max(newest, entry.isDirectory() ? walk(path) : modified(path))
    }, modified(folder))
  return Math.max(walk(join(root, 'src')), ...configFiles.map((name) => modified(join(root, name))))
}

/** Null when there is no such file, or when a crash left half of one. */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null
    throw error
  }
}

module.exports = {
  SetupError,
  isBuilt,
  isCheckout,
  isInstalled,
  installCheckout,
  newestSourceMs,
  prepareCheckout,
  runNpm,
  startNpm,
}
