import { spawn } from 'node:child_process'
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
  // Under Electron the binary is Node.js as well, when it is asked to be.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', CI: 'true' }
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'], signal })
  const ended = once(child, 'close')
  let last = ''
  const hear = (line: string) => {
    if (line.trim() === '') return
    last = line.trim()
    onLine(last)
  }
  createInterface(child.stdout).on('line', hear)
  createInterface(child.stderr).on('line', hear)
  const [code] = (await ended) as [number | null]
  if (code !== 0)
    throw new ExpectedError('runtime-missing', sentence('devices.tensorflowCouldNotSet', { last }))
}
