import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { DenoiseControls, DenoisePicture } from '../../../shared/api/denoising'
import type { Changes } from '../../../shared/api/events'
import type { Skipped } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { writeFileAtomic } from '../../store/atomicWrite'
import { isInside } from '../../store/isInside'
import { makeFolder } from '../../store/makeFolder'
import { type Fence, leadsOut } from '../../base/fence'
import { findImages } from '../datasets/findImages'
import { RevisedList } from '../../base/revisedList'
import { manyInOneFile } from '../pictures/readPicture'
import { rowOf, unusableRow } from './pictureRows'
import { type Stamp, stampOf } from './savedResults'

export interface PictureListDependencies {
  readonly announce: (changes: Changes<DenoisePicture>) => void
  /** What was set last for the pictures of a folder. */
  readonly controlsOf: (folder: string) => DenoiseControls
  /** Whether a picture is worked on, so that its row stays what it is. */
  readonly isTaken: (id: string) => boolean
  /** Its file is to be read again. */
  readonly forget: (id: string) => void
  /** What may be read. */
  readonly fence: Fence
  /** Where a browser's files lie until the app ends. Absolute path. */
  readonly uploads: string
}

/** The file behind a picture. */
export interface Source {
  readonly path: string
  readonly stamp: Stamp
}

/** Of a long list, rows are told of in heaps of so many. */
const rowsAtOnce = 200

/** The pictures that are to be denoised, and the files they are. */
export class PictureList {
  /** For the windows. */
  readonly list: RevisedList<DenoisePicture>
  /** The files by the ids of pictures; rows that are no picture have none. */
  readonly sources = new Map<string, Source>()
  /** The ids by the paths of files. */
  readonly byPath = new Map<string, string>()

  constructor(private readonly deps: PictureListDependencies) {
    this.list = new RevisedList(deps.announce)
  }

  listing = () => this.list.listing()
  get = (id: string): DenoisePicture | undefined => this.list.get(id)
  paths = (): string[] => [...this.sources.values()].map(({ path }) => path)
  has = (id: string): boolean => this.sources.has(id)

  /** @throws ExpectedError when it is not on the list */
  sourceOf(id: string): Source {
    const source = this.sources.get(id)
    if (source) return source
    throw new ExpectedError('not-found', sentence('denoising.notOnList'))
  }

  /** Of a file that is to be read now. @throws ExpectedError also where it is a link that leads out by now */
  readableSourceOf(id: string): Source {
    const source = this.sourceOf(id)
    this.deps.fence.check(source.path)
    return source
  }

  change(ids: readonly string[], change: (row: DenoisePicture) => DenoisePicture): void {
    this.list.setAll(
      ids.flatMap((id) => {
        const row = this.list.get(id)
        return row ? change(row) : []
      }),
    )
  }

  /** Files, and the pictures in folders. @returns the ids of those that can be looked at. @throws ExpectedError when there are none at all */
  async add(paths: readonly string[]): Promise<string[]> {
    const found = await findImages([...paths], { labels: 'none', fence: this.deps.fence })
    const ids: string[] = []
    let rows: DenoisePicture[] = []
    for (const image of found.images) {
      if (image.kind === 'file') rows.push(...(await this.describe(image.absolute, ids)))
      else found.skipped.push({ path: image.path, reason: manyInOneFile })
      if (rows.length < rowsAtOnce) continue
      this.list.setAll(rows)
      rows = []
    }
    this.list.setAll([...rows, ...this.unusable(found.skipped)])
    return ids.filter((id) => this.list.get(id)?.isReadable)
  }

  /** It lies with what a browser sends until the app ends. @throws ExpectedError */
  async paste(name: string, bytes: Uint8Array): Promise<string[]> {
    const folder = join(this.deps.uploads, randomUUID())
    const path = join(folder, basename(name).replace(/[^\p{L}\p{N} ._-]/gu, '_'))
    await makeFolder(folder)
    await writeFileAtomic(path, bytes)
    const ids: string[] = []
    this.list.setAll(await this.describe(await realpath(path), ids))
    return ids.filter((id) => this.list.get(id)?.isReadable)
  }

  /** Reads what has failed once more: it may have been mended. */
  async lookAgain(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.list.setAll(await this.look(id, this.sourceOf(id).path))
  }

  /** Its row where there is news of it. @param ids gets its id */
  private async describe(path: string, ids: string[]): Promise<DenoisePicture[]> {
    const id = this.byPath.get(path) ?? randomUUID()
    this.byPath.set(path, id)
    ids.push(id)
    return this.deps.isTaken(id) ? [] : this.look(id, path)
  }

  /** Reads the header, again where the file has changed. */
  private async look(id: string, path: string): Promise<DenoisePicture[]> {
    const stamp = await stampOf(path)
    const before = this.list.get(id)
    const known = this.sources.get(id)
    if (before?.isReadable && known && stamp?.modifiedMs === known.stamp.modifiedMs) return []
    this.deps.forget(id)
    this.sources.set(id, { path, stamp: stamp ?? { bytes: 0, modifiedMs: 0 } })
    const { hasOwnControls = false, mask = null, holes = null } = before ?? {}
    const controls = before?.controls ?? this.deps.controlsOf(dirname(path))
    const isUploaded = await this.isUploaded(path)
    const problem = this.deps.fence.allows(path) ? null : leadsOut
    const set = { controls, hasOwnControls, mask, holes }
    return [await rowOf({ id, path, stamp, isUploaded, problem, ...set })]
  }

  private async isUploaded(path: string): Promise<boolean> {
    // Paths of pictures are real ones, and that of the app's folder may lead over a link.
    const uploads = await realpath(this.deps.uploads).catch(() => this.deps.uploads)
    return isInside(path, uploads)
  }

  /** Rows for what is no picture, once. */
  private unusable(skipped: readonly Skipped[]): DenoisePicture[] {
    const rows = this.list.listing().items
    const known = new Set(rows.flatMap(({ isReadable, name }) => (isReadable ? [] : name)))
    return skipped
      .filter(({ path }) => !known.has(basename(path)))
      .map(({ path, reason }) => unusableRow(path, reason, this.deps.controlsOf('')))
  }
}
