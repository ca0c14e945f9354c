import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ComputeClient } from '../../src/main/worker/computeClient'
import { root } from './requirements'

/** What the build left. `npm test` builds before it tests. */
const built = join(root, 'out/main')

/** The built command line as a process. */
export function startHourglass(...args: string[]): ChildProcess {
  return startHourglassWith(process.env, ...args)
}

/** The same in an environment of its own. */
export function startHourglassWith(env: NodeJS.ProcessEnv, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(built, 'cli.js'), ...args], { env })
}

export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a process said, once it has ended. */
export async function finished(child: ChildProcess): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  child.stdout!.on('data', (data: Buffer) => (said.stdout += data))
  child.stderr!.on('data', (data: Buffer) => (said.stderr += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...said }
}

export const hourglass = (...args: string[]): Promise<Said> => finished(startHourglass(...args))

/** The objects that a command printed with --json. */
export function records({ stdout }: Said): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** A client of the built compute worker. Dispose of it. */
export function testComputeClient(): ComputeClient {
  return new ComputeClient(pathToFileURL(join(built, 'computeWorker.js')))
}
