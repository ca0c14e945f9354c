import { basename, relative, sep } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import { inBackground } from '../../../shared/inBackground'
import { hasImageExtension } from '../pictures/imageFormats'

export interface FolderWatchOptions {
  /** Absolute path. */
  readonly folder: string
  /** A new image, one at a time. `name` is its path within the folder, with slashes. */
  readonly onImage: (path: string, name: string) => Promise<void>
  /** The folder cannot be watched any more. */
  readonly onProblem: (error: Error) => void
  /** Until a file has not grown for so long, it is being written. */
  readonly stillMs?: number
}

/** Hears of images that come into a folder or a folder in it. What is there when it begins is not looked at. */
export class FolderWatch {
  readonly name: string
  private readonly watcher: FSWatcher
  private work: Promise<void> = Promise.resolve()
  private closed = false
  private readonly began: Promise<void>

  constructor(private readonly options: FolderWatchOptions) {
    const { folder, stillMs = 300 } = options
    this.name = basename(folder)
    this.watcher = watch(folder, {
      ignoreInitial: true,
      followSymlinks: false,
      awaitWriteFinish: { stabilityThreshold: stillMs, pollInterval: Math.min(100, stillMs) },
      ignored: (path, stats) =>
        (path !== folder && basename(path).startsWith('.')) ||
        (stats?.isFile() === true && !hasImageExtension(basename(path))),
    })
    this.began = new Promise((resolve) => this.watcher.once('ready', resolve))
    this.watcher.on('add', (path) => this.heard(path))
    this.watcher.on('error', (error) => options.onProblem(error as Error))
  }

  /** Resolves when everything that comes from now on is heard of. */
  ready(): Promise<void> {
    return this.began
  }

  /** Resolves when nothing is looked at any more. */
  async close(): Promise<void> {
    this.closed = true
    await this.watcher.close()
    await this.work
  }

  private heard(path: string): void {
    const name = relative(this.options.folder, path).split(sep).join('/')
    this.work = this.work.then(async () => {
      if (!this.closed) await this.options.onImage(path, name)
    })
    inBackground(this.work)
  }
}
