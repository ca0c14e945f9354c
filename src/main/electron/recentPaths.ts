import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app as electron } from 'electron'
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
