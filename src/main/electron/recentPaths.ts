import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { app, app as electron } from 'electron'
import { z } from 'zod'

/** As many as a menu can show. */
const most = 10

/**
 * Files and folders that were opened last, the latest first. The system has a list of its own too, which only macOS shows in
 * the menu of an app.
 */
export class RecentPaths {
  private listen: () => void = () => undefined
  private constructor(
    private readonly file: string,
    private paths: readonly string[],
  ) {}

  static in(folder: string): RecentPaths {
    const file = join(folder, 'recent.json')
    try {
      return new RecentPaths(
        file,
        z
          .array(z.string())
          .max(most)
          .parse(JSON.parse(readFileSync(file, 'utf8'))),
      )
    } catch {
      return new RecentPaths(file, []) // The first start, or a file that was cut off.
    }
  }

  get all(): readonly string[] {
    return this.paths
  }

  onChange(listen: () => void): void {
    this.listen = listen
  }

  add(path: string): void {
    electron.addRecentDocument(path)
    this.set([path, ...this.paths.filter((known) => known !== path)].slice(0, most))
  }

  clear(): void {
    electron.clearRecentDocuments()
    this.set([])
  }

  private set(paths: readonly string[]): void {
    this.paths = paths
    try {
      writeFileSync(this.file, JSON.stringify(paths))
    } catch {
      // The list is shorter the next time.
    }
    this.listen()
  }
}

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
