import { spawn } from 'node:child_process'

/**
 * Runs a program to its end and keeps what it prints. Never rejects: `code` is null when it could not be started
 * (`missing`) or was ended for taking longer than `timeoutMs` (`timedOut`).
 */
export function run(command, args, { cwd, env = process.env, timeoutMs = 60_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs })
    const result = { code: null, missing: false, timedOut: false, stdout: '', stderr: '' }
    child.stdout.on('data', (data) => (result.stdout += data))
    child.stderr.on('data', (data) => (result.stderr += data))
    child.on('error', (error) =>
      resolve({ ...result, missing: error.code === 'ENOENT', stderr: error.message }),
    )
    child.on('close', (code, signal) => resolve({ ...result, code, timedOut: signal === 'SIGTERM' }))
  })
}

/** The last line that says something, for a reason in one line. */
export function lastLine(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return lines.findLast((line) => line !== '') ?? 'no message'
}
