import { utilityProcess } from 'electron'
import type { ScriptRunner } from '../base/scriptRunner'

/** A process of Electron's own for scripts: the fuses of a packaged app keep its executable from being used as Node.js. */
export const runScriptInUtility: ScriptRunner = (script, args, signal) =>
  new Promise((resolve) => {
    const child = utilityProcess.fork(script, [...args], { stdio: 'pipe', serviceName: 'Hourglass' })
    const said = { stdout: '', stderr: '' }
    child.stdout?.on('data', (data: Buffer) => (said.stdout += data))
    child.stderr?.on('data', (data: Buffer) => (said.stderr += data))
    const end = () => {
      child.kill()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    child.once('exit', (code) => {
      signal.removeEventListener('abort', end)
      resolve({ ...said, code })
    })
  })
