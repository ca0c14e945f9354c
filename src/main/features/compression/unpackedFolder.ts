import { existsSync } from 'node:fs'
import { rename, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { explainFileError } from '../../store/fileErrors'
import { makeFolder, removeEmptyFolders } from '../../store/makeFolder'
import { ImageNames } from '../models/imageNames'

/** Where files wait until all of them are whole. */
const waiting = '.hourglass-partial'

/** A folder that gets files in folders of its own: all of them with `commit`, or none with `abort`. */
export class UnpackedFolder {
  private readonly names: string[] = []
  private readonly inFolders = new Map<string, ImageNames>()

  private constructor(
    private readonly folder: string,
    private readonly overwrite: boolean,
    private readonly created: string | undefined,
  ) {}

  static async open(folder: string, overwrite: boolean): Promise<UnpackedFolder> {
    const created = await makeFolder(folder)
    const unpacked = new UnpackedFolder(resolve(folder), overwrite, created)
    await rm(unpacked.partial, { recursive: true, force: true })
    await makeFolder(unpacked.partial)
    return unpacked
  }

  /** Files so far. */
  get count(): number {
    return this.names.length
  }

  /**
   * A free name for an image's path, inside the folder whatever the path says.
   * @throws ExpectedError where a file of that name is there and is to stay
   */
  nameFor(path: string): string {
    const parts = path.split(/[\\/]/)
    const inside = parts.slice(0, -1).map(safePart).filter(Boolean).join('/')
    let names = this.inFolders.get(inside.toLowerCase())
    if (!names) this.inFolders.set(inside.toLowerCase(), (names = new ImageNames()))
    const name = join(inside, names.next(parts.at(-1)!))
    this.names.push(name)
    if (this.overwrite || !existsSync(join(this.folder, name))) return name
    throw new ExpectedError(
      'bad-input',
      sentence('compression.unpackedThere', { path: join(this.folder, name) }),
    )
  }

  /** @throws ExpectedError when the disk says no */
  async write(name: string, data: Uint8Array, modifiedMs: number | null): Promise<void> {
    const path = join(this.partial, name)
    await this.attempt(async () => {
      await makeFolder(dirname(path))
      await writeFile(path, data)
      const seconds = (modifiedMs ?? 0) / 1000
      if (modifiedMs !== null && seconds > 0 && seconds < 2 ** 33) await utimes(path, seconds, seconds)
    })
  }

  async commit(): Promise<void> {
    await this.attempt(async () => {
      for (const name of this.names) {
        await makeFolder(dirname(join(this.folder, name)))
        await rename(join(this.partial, name), join(this.folder, name))
      }
      await rm(this.partial, { recursive: true, force: true })
    })
  }

  async abort(): Promise<void> {
    await rm(this.partial, { recursive: true, force: true })
    if (this.created) await removeEmptyFolders(this.folder, this.created)
  }

  private get partial(): string {
    return join(this.folder, waiting)
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      throw explainFileError(error, this.folder)
    }
  }
}

/** A folder's name that every disk takes; nothing for one that leads out of the folder. */
function safePart(part: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are among what is to go
  const safe = part.replace(/[\x00-\x1f<>:"|?*]/g, '_').replace(/^\.+|[. ]+$/g, '')
  return (/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(safe) ? `${safe}_` : safe).slice(0, 100)
}
