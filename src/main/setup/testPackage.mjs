/**
 * `npm run test:package`: starts a packaged app, waits until its window is open, and ends it. Takes the program, else the one of the
 * unpacked tree in dist/.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const patienceMs = Number(process.env.HOURGLASS_PATIENCE_MS ?? 90_000)
const endingMs = 30_000
const lookMs = 100
const keptCharacters = 4000

function programInTree() {
  const names = {
    linux: ['hourglass'],
    win32: ['Hourglass.exe'],
    darwin: ['Hourglass.app', 'Contents', 'MacOS', 'Hourglass'],
  }
  const dist = join(root, 'dist')
  const folders = existsSync(dist) ? readdirSync(dist) : []
  return folders.map((folder) => join(dist, folder, ...names[process.platform])).find(existsSync)
}

/** @returns why it did not work, in a sentence; null where it did */
async function startAndEnd(program, folder) {
  const opened = join(folder, 'opened')
  const child = spawn(program, [], {
    env: { ...process.env, HOURGLASS_HOME: join(folder, 'home'), HOURGLASS_OPENED: opened },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (data) => (said = (said + data).slice(-keptCharacters)))
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
    child.once('error', ({ message }) => resolve(message))
  })
  const withWords = (sentence) => (said ? `${sentence} It said:\n${said.trim()}` : sentence)
  const isOpen = () => existsSync(opened) && readFileSync(opened, 'utf8') === ''
  const until = Date.now() + patienceMs
  while (Date.now() < until && !isOpen()) {
    const end = await Promise.race([ended, wait(lookMs, null)])
    if (end !== null) return withWords(`It ended with ${end} before its window was open.`)
  }
  const wasOpen = isOpen()
  child.kill('SIGTERM')
  const end = await Promise.race([ended, wait(endingMs, null)])
  if (end === null) child.kill('SIGKILL')
  child.stderr.destroy()
  if (!wasOpen) return withWords(`It opened no window within ${patienceMs / 1000} s.`)
  return end === null ? withWords(`It did not end within ${endingMs / 1000} s.`) : null
}

const program = process.argv[2] ?? programInTree()
if (!program) {
  console.error('There is no packaged app. Make one with npm run package, or name a program.')
  process.exit(1)
}
const folder = mkdtempSync(join(tmpdir(), 'hourglass-package-'))
const problem = await startAndEnd(program, folder)
rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
console.log(`${program}: ${problem ?? 'its window was open, and it ended when it was asked to.'}`)
process.exit(problem ? 1 : 0)
