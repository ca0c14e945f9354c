import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'

/**
 * Runs `setup:tensorflow` in a process of its own, line by line. @throws ExpectedError with its last line when it fails
 */
export async function runTensorflowSetup(
  script: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  // Under Electron the binary is Node.js as well, when it is asked to be.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', CI: 'true' }
  const child = spawn(process.execPath, [script], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that pip and what else it starts ends with it.
    detached: process.platform !== 'win32',
  })
  const ended = once(child, 'close')
  const end = () => endGroup(child)
  signal.addEventListener('abort', end)
  let last = ''
  const hear = (line: string) => {
    if (line.trim() === '') return
    last = line.trim()
    onLine(last)
  }
  createInterface(child.stdout).on('line', hear)
  createInterface(child.stderr).on('line', hear)
  const [code] = (await ended) as [number | null]
  signal.removeEventListener('abort', end)
  signal.throwIfAborted()
  if (code !== 0)
    throw new ExpectedError('runtime-missing', sentence('devices.tensorflowCouldNotSet', { last }))
}

function endGroup(child: ChildProcess): void {
  if (process.platform === 'win32' || child.pid === undefined) {
    child.kill()
    return
  }
  try {
    process.kill(-child.pid, 'SIGTERM')
  } catch {
    // It has ended already.
  }
}
