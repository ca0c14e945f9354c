import type { PictureRange } from '../../../shared/pictureRange'
import type { FolderScales } from './folderScales'
import { LoadedPicture } from './loadedPicture'
import { isSame, stampOf } from './savedResults'

/** Pictures that were looked at stay in memory, the last one whatever its size. */
const mostBytes = 600e6

export class LoadedPictures {
  /** The last one used at the end. */
  private readonly loaded = new Map<string, { readonly range: string; picture: Promise<LoadedPicture> }>()
  private readonly ready = new Map<string, LoadedPicture>()

  constructor(private readonly scales: FolderScales) {}

  /** Reads it, again where the file has changed, or other numbers are to be black and white. @throws UnusableImage */
  async get(id: string, path: string, range: PictureRange): Promise<LoadedPicture> {
    const asked = JSON.stringify(range)
    if (this.loaded.get(id)?.range !== asked) this.forget(id)
    const known = this.ready.get(id)
    if (
      known &&
      !isSame(await stampOf(path), { bytes: known.image.bytes, modifiedMs: known.image.modifiedMs })
    )
      this.forget(id)
    const entry = this.loaded.get(id) ?? {
      range: asked,
      picture: LoadedPicture.load(path, (image) => this.scales.of(image, range)),
    }
    this.loaded.delete(id)
    this.loaded.set(id, entry)
    try {
      const picture = await entry.picture
      if (this.loaded.get(id) === entry) this.ready.set(id, picture)
      this.makeRoom(id)
      return picture
    } catch (error) {
      if (this.loaded.get(id) === entry) this.forget(id)
      throw error
    }
  }

  /** Null where it is not in memory. */
  peek(id: string): LoadedPicture | null {
    return this.ready.get(id) ?? null
  }

  forget(id: string): void {
    this.loaded.delete(id)
    this.ready.delete(id)
  }

  private makeRoom(kept: string): void {
    let bytes = [...this.ready.values()].reduce((sum, picture) => sum + picture.bytes, 0)
    for (const id of [...this.loaded.keys()]) {
      if (bytes <= mostBytes) return
      if (id === kept) continue
      bytes -= this.ready.get(id)?.bytes ?? 0
      this.forget(id)
    }
  }
}
