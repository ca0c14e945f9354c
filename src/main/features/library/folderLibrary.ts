import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, realpath, rename, rm } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { idSchema } from '../../../shared/api/library'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { inBackground } from '../../../shared/inBackground'
import { writeFileAtomic } from '../../store/atomicWrite'
import { explainFileError, fileErrorCode } from '../../store/fileErrors'
import { LibraryLock } from '../../store/libraryLock'
import { refuseWhileMoving } from '../../store/movingMark'
import { makeFolder } from '../../store/makeFolder'
import { type Library, type LibraryEntry, type LibraryKind, libraryKinds, slugOf } from '../../base/library'
import { LibraryWatch } from './libraryWatch'

const linkFile = 'link.json'
const linkSchema = z.object({ path: z.string() })
/** Of a folder on its way out: no id, so that nobody sees it. */
const removedPrefix = '.removed-'
/** Of a folder that can still be restored. Its id follows, then what makes its name unique. */
const trashPrefix = '.trash-'
const trashName = /^\.trash-([a-z0-9-]+)\.[0-9a-f-]{36}$/
/** What no window asks to restore or to empty stays in the trash for so long, or until the app ends. */
const keptMs = 3_600_000

const singular = {
  datasets: 'dataset',
  runs: 'run',
  models: 'model',
  anomalies: 'search',
  tables: 'table',
} as const

/** The library in the file system. Close it when done. */
export class FolderLibrary implements Library {
  private watch: LibraryWatch | null = null
  private readonly listeners = new Set<Parameters<Library['onChange']>[0]>()
  /** What this process can restore, by its key. */
  private readonly trash = new Map<string, { readonly kind: LibraryKind; readonly id: string }>()

  private constructor(
    private folder: string,
    private lock: LibraryLock | null,
  ) {}

  /** Makes the folders that are missing and clears away what a crash left. @throws ExpectedError */
  static async open(folder: string): Promise<FolderLibrary> {
    const library = new FolderLibrary(resolve(folder), null)
    await library.prepare()
    return library
  }

  /** The same for an app, of which one at a time has a library open. @throws ExpectedError while another one has */
  static async openAlone(folder: string): Promise<FolderLibrary> {
    const lock = await LibraryLock.hold(resolve(folder))
    const library = new FolderLibrary(resolve(folder), lock)
    try {
      await library.prepare()
    } catch (error) {
      await library.close()
      throw error
    }
    return library
  }

  get location(): string {
    return this.folder
  }

  /** The same library has been moved there. `commit` says so for good; where it fails, nothing has changed. */
  async relocate(folder: string, commit: () => Promise<void>): Promise<void> {
    const lock = this.lock && (await LibraryLock.hold(resolve(folder)))
    try {
      await commit()
    } catch (error) {
      await lock?.release()
      throw error
    }
    await this.lock?.release()
    this.lock = lock
    await this.watch?.close()
    this.watch = null
    this.folder = resolve(folder)
    await this.prepare()
    if (this.listeners.size > 0) this.startWatching()
    this.announce(null)
  }

  async entries(kind: LibraryKind): Promise<LibraryEntry[]> {
    const ids = (await this.names(kind)).filter((name) => idSchema.safeParse(name).success)
    return Promise.all(ids.map((id) => this.entry(kind, id)))
  }

  async find(kind: LibraryKind, id: string): Promise<LibraryEntry> {
    const known = idSchema.safeParse(id).success && (await this.names(kind)).includes(id)
    if (!known)
      throw new ExpectedError(
        'not-found',
        sentence('library.noLibrary', { singular: singular[kind], id: id.slice(0, 80) }),
      )
    return this.entry(kind, id)
  }

  async idOf(kind: LibraryKind, folder: string): Promise<string | null> {
    const place = await realPlace(folder)
    const inside = relative(await realPlace(join(this.folder, kind)), place)
    if (idSchema.safeParse(inside).success) return (await this.names(kind)).includes(inside) ? inside : null
    for (const { id, external, folder: other } of await this.entries(kind))
      if (external && (await realPlace(other)) === place) return id
    return null
  }

  async create(kind: LibraryKind, name: string): Promise<LibraryEntry> {
    await refuseWhileMoving(this.folder)
    const slug = slugOf(name, singular[kind])
    // An id in the trash stays taken, so that what is restored finds its place free.
    const inTrash = new Set((await this.names(kind)).map((one) => trashName.exec(one)?.[1]))
    for (let n = 1; ; n++) {
      const id = n === 1 ? slug : `${slug}-${n}`
      if (inTrash.has(id)) continue
      const folder = join(this.folder, kind, id)
      try {
        await mkdir(folder)
        return { kind, id, folder, external: false }
      } catch (error) {
        if (fileErrorCode(error) !== 'EEXIST') throw explainFileError(error, folder)
      }
    }
  }

  async register(kind: LibraryKind, folder: string): Promise<LibraryEntry> {
    const known = await this.idOf(kind, folder)
    if (known !== null) return this.entry(kind, known)
    const entry = await this.create(kind, basename(resolve(folder)))
    const path = await realPlace(folder)
    await writeFileAtomic(join(entry.folder, linkFile), `${JSON.stringify({ path }, null, 2)}\n`)
    return this.entry(kind, entry.id)
  }

  async remove(kind: LibraryKind, id: string): Promise<void> {
    await refuseWhileMoving(this.folder)
    await this.find(kind, id)
    const folder = join(this.folder, kind, id)
    const aside = join(this.folder, kind, `${removedPrefix}${id}-${Date.now().toString(36)}`)
    try {
      await rename(folder, aside)
      await rm(aside, { recursive: true, force: true, maxRetries: 3 })
    } catch (error) {
      throw explainFileError(error, folder)
    }
    this.announce({ kind, id })
  }

  async discard(kind: LibraryKind, id: string): Promise<string> {
    await this.find(kind, id)
    const key = randomUUID()
    const folder = join(this.folder, kind, id)
    try {
      // One rename: a crash leaves it either in the library or in the trash, whole.
      await rename(folder, this.trashFolder(kind, id, key))
    } catch (error) {
      throw explainFileError(error, folder)
    }
    this.trash.set(key, { kind, id })
    // The window says when; should it be gone by then, not much later.
    setTimeout(() => inBackground(this.empty([key])), keptMs).unref()
    this.announce({ kind, id })
    return key
  }

  async restore(key: string): Promise<{ kind: LibraryKind; id: string }> {
    const entry = this.trash.get(key)
    if (!entry) throw new ExpectedError('not-found', sentence('library.beenDeletedGoodCannot'))
    const { kind, id } = entry
    const folder = join(this.folder, kind, id)
    if (existsSync(folder))
      throw new ExpectedError(
        'bad-input',
        sentence('library.anotherLibraryByNow', { singular: singular[kind], id }),
      )
    // Taken out first, so that nothing empties what is being restored.
    this.trash.delete(key)
    try {
      await rename(this.trashFolder(kind, id, key), folder)
    } catch (error) {
      this.trash.set(key, entry)
      throw explainFileError(error, folder)
    }
    this.announce(entry)
    return entry
  }

  async empty(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const entry = this.trash.get(key)
      if (!entry) continue
      // From here on it cannot be restored: half of it may be gone already.
      this.trash.delete(key)
      await this.erase(join(this.folder, entry.kind), basename(this.trashFolder(entry.kind, entry.id, key)))
    }
  }

  /** What earlier processes of the app left in the trash, which nobody can restore any more. */
  async emptyLeftovers(): Promise<void> {
    const kept = new Set([...this.trash].map(([key, { id }]) => `${trashPrefix}${id}.${key}`))
    for (const kind of libraryKinds)
      for (const name of await this.names(kind))
        if (trashName.test(name) && !kept.has(name)) await this.erase(join(this.folder, kind), name)
  }

  /** Empties all that this process put into the trash. */
  emptyAll = (): Promise<void> => this.empty([...this.trash.keys()])

  onChange(listen: Parameters<Library['onChange']>[0]): () => void {
    this.listeners.add(listen)
    if (!this.watch) this.startWatching()
    return () => {
      this.listeners.delete(listen)
    }
  }

  async close(): Promise<void> {
    this.listeners.clear()
    await this.watch?.close()
    this.watch = null
    await this.lock?.release()
    this.lock = null
  }

  private trashFolder(kind: LibraryKind, id: string, key: string): string {
    return join(this.folder, kind, `${trashPrefix}${id}.${key}`)
  }

  /** A folder that cannot be deleted now is deleted at the next start. */
  private async erase(parent: string, name: string): Promise<void> {
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }

  private announce(change: { kind: LibraryKind; id: string } | null): void {
    for (const listen of this.listeners) listen(change)
  }

  private startWatching(): void {
    this.watch = new LibraryWatch(this, (kind, id) => this.announce({ kind, id }))
  }

  private async prepare(): Promise<void> {
    for (const kind of libraryKinds) {
      await makeFolder(join(this.folder, kind))
      for (const name of await this.names(kind))
        if (name.startsWith(removedPrefix)) await this.erase(join(this.folder, kind), name)
    }
  }

  private async names(kind: LibraryKind): Promise<string[]> {
    const folder = join(this.folder, kind)
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    } catch (error) {
      throw explainFileError(error, folder)
    }
  }

  private async entry(kind: LibraryKind, id: string): Promise<LibraryEntry> {
    const folder = join(this.folder, kind, id)
    const linked = await readLink(join(folder, linkFile))
    return linked === null
      ? { kind, id, folder, external: false }
      : { kind, id, folder: linked, external: true }
  }
}

/** Where a link leads; null where there is none. One that cannot be read leads to its own folder, which is then damaged. */
async function readLink(path: string): Promise<string | null> {
  try {
    return linkSchema.parse(JSON.parse(await readFile(path, 'utf8'))).path
  } catch {
    return null
  }
}

async function realPlace(folder: string): Promise<string> {
  return realpath(folder).catch(() => resolve(folder))
}
