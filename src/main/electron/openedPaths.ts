import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { app } from 'electron'

/** The files and folders among the arguments of a start: what is no option, is there, and is not the app itself. */
export function pathsOf(argv: readonly string[], folder = process.cwd()): string[] {
  // The first is the program. A checkout is started by its folder or script; a packaged app has no such argument.
  const own = app.isPackaged ? [] : [app.getAppPath(), resolve(process.argv[1] ?? '')]
  return argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => resolve(folder, argument))
    .filter((path) => existsSync(path) && !own.includes(path))
}
