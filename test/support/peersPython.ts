import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requirement } from './requirements'

/** A Python with the libraries that others read our files with: PEERS_PYTHON, or the one of the peers' benchmarks. */
export const peersPython = process.env.PEERS_PYTHON ?? join(homedir(), '.cache/hourglass-peers/bin/python')

/** Whether that Python has these modules. */
export function hasPeersPython(...modules: string[]): boolean {
  return requirement(
    `python:${modules.join('+')}`,
    () => existsSync(peersPython) && modules.every(hasModule),
    `tests that read our files in Python. PEERS_PYTHON names a Python with ${modules.join(' and ')}.`,
  )
}

/** Looks for it and does not load it, which takes seconds for some. */
function hasModule(name: string): boolean {
  const look = `import sys, importlib.util as u; sys.exit(u.find_spec(${JSON.stringify(name)}) is None)`
  return spawnSync(peersPython, ['-c', look]).status === 0
}

/** What a Python program prints. @throws Error with what it wrote to stderr when it fails */
export async function runPython(program: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '' }
  const { stdout } = await promisify(execFile)(peersPython, ['-c', program, ...args], { env })
  return stdout
}
