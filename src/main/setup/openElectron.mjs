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
import { foreseenTrouble, troubleOf } from './electronTrouble.mjs'
import processes from './process.cjs'

/** Of what Electron says until its window is open. */
const keptCharacters = 20_000
const setuidBits = 0o4000

/**
 * Runs Electron until it ends. Where it cannot start, it is tried once more in the way that may help (without the GPU, or
 * on the other kind of display), and what helped is remembered for this version.
 *
 * @returns the exit code, or why it had no window
 */
export async function openElectron(
  binary,
  args,
  { root, env = process.env, say = console.error, system = systemOf(binary, env) },
) {
  if (!args.includes('--no-sandbox')) {
    const foreseen = foreseenTrouble(system)
    if (foreseen) return { trouble: foreseen }
  }
  const memory = join(root, 'out', '.electron-flags.json')
  let flags = remembered(memory, root)
  for (;;) {
    const end = await run(binary, [...args, ...flags], env)
    if (end.hasOpened || end.code === 0 || end.wasInterrupted) {
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

/** What to try once against a trouble. */
function flagFor({ kind }, tried, { DISPLAY, WAYLAND_DISPLAY }) {
  const once = (flag, note) => (tried.includes(flag) ? null : { flag, note })
  if (kind === 'gpu')
    return once('--disable-gpu', "Electron's GPU process cannot start: it is opened without the GPU.")
  if (kind !== 'display' || !DISPLAY || !WAYLAND_DISPLAY) return null
  return once('--ozone-platform=x11', 'Electron cannot reach the Wayland display: it is opened on X11.')
}

/** Resolves when it has ended. What it says is shown from when its window is open; until then it is kept. */
function run(binary, args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-start-'))
  // The app writes this file when its window is shown.
  const opened = join(folder, 'opened')
  const started = { ...processes.withFewArenas(env), HOURGLASS_OPENED: opened }
  const child = spawn(binary, args, { stdio: ['inherit', 'inherit', 'pipe'], env: started })
  let said = ''
  let wasInterrupted = false
  const show = () => {
    process.stderr.write(said)
    said = ''
  }
  child.stderr.on('data', (data) => {
    said += data
    if (existsSync(opened)) show()
    else said = said.slice(-keptCharacters)
  })
  const onInterrupt = () => (wasInterrupted = true)
  const onTerminate = () => {
    wasInterrupted = true
    child.kill('SIGTERM')
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return new Promise((resolve) => {
    const end = (code, signal) => {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
      const hasOpened = existsSync(opened)
      if (hasOpened) show()
      rmSync(folder, { recursive: true, force: true })
      resolve({ code, signal, said, hasOpened, wasInterrupted })
    }
    child.on('close', end)
    // A program for another kind of machine cannot even be started, and then does not close.
    child.on('error', (error) => {
      said += error.message
      if (child.pid === undefined) end(1, null)
    })
  })
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
