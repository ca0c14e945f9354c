import { spawn } from 'node:child_process'

export interface ScriptResult {
  /** Null for a process that a signal ended or that could not be started. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of ours in a process of its own, to its end. Ends the process when the signal says so; never rejects. */
export type ScriptRunner = (
  script: string,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<ScriptResult>

/** In the Node.js that runs this process. A packaged Electron refuses to be one: see electron/utilityRunner.ts. */
export const runScriptInNode: ScriptRunner = (script, args, signal) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'], signal })
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (data: Buffer) => (said.stdout += data))
    child.stderr.on('data', (data: Buffer) => (said.stderr += data))
    child.once('error', ({ message }) => resolve({ ...said, code: null, stderr: message }))
    child.once('close', (code) => resolve({ ...said, code }))
  })
