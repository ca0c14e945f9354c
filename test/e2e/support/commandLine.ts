import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../../support/requirements'

/** The command line on the library of an app that keeps everything in `home`. */
export function hourglass(home: string, ...args: string[]): ChildProcess {
  const env: NodeJS.ProcessEnv = { ...process.env, HOURGLASS_HOME: home }
  delete env.HOURGLASS_LIBRARY
  return spawn(process.execPath, [join(root, 'out/main/cli.js'), ...args, '--quiet'], {
    env,
    stdio: 'ignore',
  })
}
