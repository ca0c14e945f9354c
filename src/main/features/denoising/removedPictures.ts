import { randomUUID } from 'node:crypto'
import type { DenoisePicture } from '../../../shared/api/denoising'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { PictureList, Source } from './pictureList'

interface RemovedPicture {
  readonly row: DenoisePicture
  /** Null for a row that was no picture. */
  readonly source: Source | null
}

/** Only rows are kept, so that a few removals can be undone without holding any pixels. */
const keptRemovals = 10

/** Takes pictures off the list, and puts back those that were taken off last. Files stay. */
export class RemovedPictures {
  private readonly removals = new Map<string, readonly RemovedPicture[]>()

  /** @param forget told of pictures that cannot be put back any more */
  constructor(
    private readonly pictures: Pick<PictureList, 'list' | 'sources' | 'byPath'>,
    private readonly forget: (ids: readonly string[]) => void,
  ) {}

  /** @returns the key that puts them back */
  remove(ids: ReadonlySet<string>): string {
    const { list, sources, byPath } = this.pictures
    const rows = list.listing().items.filter(({ id }) => ids.has(id))
    const key = randomUUID()
    this.removals.set(
      key,
      rows.map((row) => ({ row, source: sources.get(row.id) ?? null })),
    )
    for (const oldest of [...this.removals.keys()].slice(0, -keptRemovals)) {
      this.forget(this.removals.get(oldest)!.map(({ row }) => row.id))
      this.removals.delete(oldest)
    }
    for (const id of ids) {
      const source = sources.get(id)
      if (source) byPath.delete(source.path)
      sources.delete(id)
    }
    list.remove(...ids)
    return key
  }

  /** Once, and but for pictures that were opened again since. @throws ExpectedError when it is too long ago */
  putBack(key: string): void {
    const { list, sources, byPath } = this.pictures
    const pictures = this.removals.get(key)
    if (!pictures) throw new ExpectedError('not-found', sentence('denoising.cannotBePutBack'))
    this.removals.delete(key)
    const back = pictures.filter(({ source }) => source === null || !byPath.has(source.path))
    for (const { row, source } of back) {
      if (!source) continue
      byPath.set(source.path, row.id)
      sources.set(row.id, source)
    }
    list.setAll(back.map(({ row }) => row))
  }
}
