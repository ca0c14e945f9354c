import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import { foreseenTrouble, troubleOf } from './electronTrouble.mjs'
import processes from './process.cjs'

/** Of what Electron says until its window is open. */
const keptCharacters = 20_000
const setuidBits = 0o4000

/** How long Electron may take to run the app's own script, to open its window, and to end when it is asked to. */
const usualPatience = { scriptMs: 30_000, windowMs: 120_000, endingMs: 5000 }
/** How often that is looked at. */
const lookMs = 250
/** What is left of Electron may hold its stderr open for good. */
const lastWordsMs = 1000

/**
 * Runs Electron until it ends. Where it cannot start, it is tried once more in the way that may help (without the GPU, or
 * on the other kind of display), and what helped is remembered for this version.
 *
 * @returns the exit code, or why it had no window
 */
export async function openElectron(
  binary,
  args,
  { root, env = process.env, say = console.error, system = systemOf(binary, env), patience = usualPatience },
) {
  if (!args.includes('--no-sandbox')) {
    const foreseen = foreseenTrouble(system)
    if (foreseen) return { trouble: foreseen }
  }
  const memory = join(root, 'out', '.electron-flags.json')
  let flags = remembered(memory, root)
  for (;;) {
    const end = await run(binary, [...args, ...flags], env, patience)
    // The app may end itself without a window: it hands its folders to one that runs already.
    const hasAnswered = end.code === 0 && (end.hasBegun || args.some(isQuestion))
    if (end.hasOpened || end.wasInterrupted || hasAnswered) {
      if (end.hasOpened && flags.length > 0) remember(memory, root, flags)
      return { code: end.signal ? 130 : end.code }
    }
    const missing = missingLibraries(binary)
    const trouble = troubleOf({ ...system, ...end, missing, release: readText('/etc/os-release') ?? '' })
    const another = flagFor(trouble, flags, env)
    if (!another) return { trouble }
    say(another.note)
    flags = [...flags, another.flag]
  }
}

/** What Electron answers without a window. */
const isQuestion = (argument) => ['--version', '-v', '--help', '-h', '--abi', '-a'].includes(argument)

/** What to try once against a trouble. */
function flagFor({ kind }, tried, { DISPLAY, WAYLAND_DISPLAY }) {
  const once = (flag, note) => (tried.includes(flag) ? null : { flag, note })
  if (kind === 'gpu')
    return once('--disable-gpu', "Electron's GPU process cannot start: it is opened without the GPU.")
  if (kind !== 'display' || !DISPLAY || !WAYLAND_DISPLAY) return null
  return once('--ozone-platform=x11', 'Electron cannot reach the Wayland display: it is opened on X11.')
}

/**
 * Resolves when it has ended, or was ended because no window came. What it says is shown from when its window is open; until then
 * it is kept.
 */
async function run(binary, args, env, patience) {
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-start-'))
  // The app writes `script` into this file when its script begins, and empties it when its window is shown.
  const opened = join(folder, 'opened')
  const hasOpened = () => readText(opened) === ''
  const started = { ...processes.withFewArenas(env), HOURGLASS_OPENED: opened }
  const child = spawn(binary, args, { stdio: ['inherit', 'inherit', 'pipe'], env: started })
  const hearing = hear(child, hasOpened)
  let wasInterrupted = false
  const onInterrupt = () => (wasInterrupted = true)
  const onTerminate = () => {
    wasInterrupted = true
    child.kill('SIGTERM')
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  const watch = watchForWindow(child, opened, patience)
  const { code, signal, failure } = await ended(child)
  watch.stop()
  process.off('SIGINT', onInterrupt)
  process.off('SIGTERM', onTerminate)
  const seen = { hasBegun: existsSync(opened), hasOpened: hasOpened(), hungMs: watch.hungMs() }
  rmSync(folder, { recursive: true, force: true })
  return { code, signal, failure, wasInterrupted, ...seen, said: hearing.stop(seen.hasOpened) }
}

/** Shows what a program says once its window is open. `stop` gives what was said until then. */
function hear(child, hasOpened) {
  let said = ''
  const show = () => {
    process.stderr.write(said)
    said = ''
  }
  child.stderr.on('data', (data) => {
    said += data
    if (hasOpened()) show()
    else said = said.slice(-keptCharacters)
  })
  return {
    stop(isShown) {
      if (isShown) show()
      child.stderr.destroy()
      return said
    },
  }
}

/** Resolves when a program has ended and said its last words, which processes of its own that live on do not hold up. */
function ended(child) {
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
    child.on('exit', (code, signal) => setTimeout(() => resolve({ code, signal }), lastWordsMs))
    // A program for another kind of machine cannot even be started, and then does not close.
    child.on('error', ({ message }) => {
      if (child.pid === undefined) resolve({ code: 1, signal: null, failure: message })
    })
  })
}

/** Ends a program that opens no window in the time that it has. `hungMs` gives that time where it was ended so, else null. */
function watchForWindow(child, opened, { scriptMs, windowMs, endingMs }) {
  const start = Date.now()
  let hungMs = null
  let killing
  const timer = setInterval(() => {
    const sign = readText(opened)
    if (sign === '') return clearInterval(timer)
    const most = sign === null ? scriptMs : windowMs
    if (Date.now() - start < most) return
    clearInterval(timer)
    hungMs = most
    child.kill('SIGTERM')
    killing = setTimeout(() => child.kill('SIGKILL'), endingMs)
  }, lookMs)
  return {
    hungMs: () => hungMs,
    stop() {
      clearInterval(timer)
      clearTimeout(killing)
    },
  }
}

/** What decides whether Electron's sandbox can work. */
export function systemOf(binary, env) {
  const helper = join(dirname(binary), 'chrome-sandbox')
  const rights = statSync(helper, { throwIfNoEntry: false })
  return {
    platform: process.platform,
    uid: process.getuid?.(),
    sudoUser: env.SUDO_USER,
    helper,
    hasHelperRights: rights?.uid === 0 && (rights.mode & setuidBits) !== 0,
    hasProfile: hasProfile(binary),
    setting: (name) => readText(join('/proc/sys', name))?.trim(),
  }
}

/** Whether a profile of AppArmor names the program. */
function hasProfile(binary) {
  const folder = '/etc/apparmor.d'
  if (!existsSync(folder)) return false
  return readdirSync(folder, { withFileTypes: true }).some(
    (entry) => entry.isFile() && readText(join(folder, entry.name))?.includes(binary),
  )
}

/** By the loader itself, which stops at the first when it starts a program. */
function missingLibraries(binary) {
  if (process.platform !== 'linux') return []
  const { stdout } = spawnSync('ldd', [binary], { encoding: 'utf8' })
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name)
}

function remembered(memory, root) {
  try {
    const { version, flags } = JSON.parse(readFileSync(memory, 'utf8'))
    return version === electronVersion(root) ? flags : []
  } catch {
    return [] // Nothing was remembered, or not to its end.
  }
}

function remember(memory, root, flags) {
  mkdirSync(dirname(memory), { recursive: true })
  writeFileSync(memory, JSON.stringify({ version: electronVersion(root), flags }))
}

function electronVersion(root) {
  const text = readText(join(root, 'node_modules', 'electron', 'package.json'))
  return text ? JSON.parse(text).version : null
}

/** Null for what is not there, or is not for everybody to read. */
function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
