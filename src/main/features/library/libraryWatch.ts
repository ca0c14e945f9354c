import { basename, dirname, join, relative, sep } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import { idSchema } from '../../../shared/api/library'
import { inBackground } from '../../../shared/inBackground'
import { type Library, type LibraryKind, libraryKinds } from '../../base/library'

/** The files that say how an entry stands. What else lies in its folder (pixels, snapshots, checkpoints) is not watched. */
const watchedFiles = new Set([
  'dataset.json',
  'run.json',
  'about.json',
  'metrics.jsonl',
  'log.jsonl',
  'model.json',
  'link.json',
])

/** An entry is announced at most this often. */
const intervalMs = 500

/** Tells which entries of a library change, whoever changes them, wherever they lie. */
export class LibraryWatch {
  private readonly watcher: FSWatcher
  private readonly external = new Map<string, { kind: LibraryKind; id: string }>()
  private readonly waiting = new Map<string, NodeJS.Timeout>()
  private closed = false

  constructor(
    private readonly library: Library,
    private readonly announce: (kind: LibraryKind, id: string) => void,
  ) {
    const roots = libraryKinds.map((kind) => join(library.location, kind))
    this.watcher = watch(roots, {
      depth: 1,
      ignoreInitial: true,
      ignored: (path, stats) => stats?.isFile() === true && !watchedFiles.has(basename(path)),
    })
    this.watcher.on('all', (_, path) => this.heard(path))
    // A folder that cannot be watched any more is not worth a crash: what is in it is read when it is asked for.
    this.watcher.on('error', () => undefined)
    for (const kind of libraryKinds) inBackground(this.followLinks(kind))
  }

  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.waiting.values()) clearTimeout(timer)
    await this.watcher.close()
  }

  private async followLinks(kind: LibraryKind): Promise<void> {
    const entries = await this.library.entries(kind).catch(() => [])
    for (const { id, folder, external } of entries) {
      if (!external || this.external.has(folder) || this.closed) continue
      this.external.set(folder, { kind, id })
      this.watcher.add([...watchedFiles].map((name) => join(folder, name)))
    }
  }

  private heard(path: string): void {
    const outside = this.external.get(dirname(path))
    if (outside) return this.announceSoon(outside.kind, outside.id)
    const [kind, id] = relative(this.library.location, path).split(sep)
    if (!id || !idSchema.safeParse(id).success || !libraryKinds.includes(kind as LibraryKind)) return
    if (basename(path) === 'link.json') inBackground(this.followLinks(kind as LibraryKind))
    this.announceSoon(kind as LibraryKind, id)
  }

  private announceSoon(kind: LibraryKind, id: string): void {
    const key = `${kind}/${id}`
    if (this.waiting.has(key) || this.closed) return
    const tell = () => {
      this.waiting.delete(key)
      this.announce(kind, id)
    }
    this.waiting.set(key, setTimeout(tell, intervalMs).unref())
  }
}
