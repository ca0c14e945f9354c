import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** The files and folders among the arguments of a start. What is no option and is there, is one. */
export function pathsOf(argv: readonly string[], folder = process.cwd()): string[] {
  // The first is the program, and in a checkout the second is the app's own folder or file.
  return argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => resolve(folder, argument))
    .filter((path) => existsSync(path) && !isOurs(path))
}

const isOurs = (path: string) => resolve(import.meta.dirname).startsWith(path) || path === process.argv[1]
