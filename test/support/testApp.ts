import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type App, createApp } from '../../src/main/app/createApp'
import { appFolders } from '../../src/main/store/appFolders'
import type { Log } from '../../src/main/base/log'
import { type CommandName, commands, type Params, type Results } from '../../src/shared/api/commands'
import { root } from './requirements'

export interface TestLog extends Log {
  readonly lines: string[]
}

export function testLog(): TestLog {
  const lines: string[] = []
  return {
    lines,
    info: (text) => void lines.push(`info ${text}`),
    warn: (text) => void lines.push(`warn ${text}`),
    error: (text, error) => void lines.push(`error ${text} ${String(error ?? '')}`),
  }
}

/**
 * The app without a window, on a library of its own in `home`, with the built compute worker. Close it.
 *
 * @param roots what it may show: all that tests make, if not given
 */
export async function openTestApp(
  home: string,
  log: Log = testLog(),
  roots: readonly string[] = [home, tmpdir()],
): Promise<App> {
  return createApp({
    folders: appFolders({ HOURGLASS_HOME: home }),
    log,
    shell: {
      host: 'served',
      roots,
      pick: async () => [],
      reveal: async () => undefined,
    },
    version: '0.1.0',
    computeWorker: pathToFileURL(join(root, 'out/main/computeWorker.js')),
    tensorflowSetup: null,
  })
}

/** Sends a command as a window does, through the schema of its parameters. */
export function invokeIn<C extends CommandName>(
  app: App,
  command: C,
  params: Params<C>,
): Promise<Results[C]> {
  const handler = app.handlers[command] as unknown as (given: unknown) => Promise<Results[C]>
  return handler(commands[command].parse(params))
}
