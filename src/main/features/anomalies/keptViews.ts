import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnomalyView } from '../../../shared/anomalies'
import { anomalyFiles } from '../../store/anomalyStore'
import { makeFolder } from '../../store/makeFolder'
import { readNpy, writeNpy } from '../../store/npy'
import type { InputShape } from '../../../shared/modelSpec'

/** Beyond so many, views are made anew each time. */
const mostKept = 500

/**
 * Views of single images that were looked at, in the folder of a search: the oddest are there at once when the search is
 * opened again, before its model is. Bytes of the original, of the reconstruction, and of the heat, one after the other.
 */
export class KeptViews {
  constructor(private readonly folder: string) {}

  /** Null where it was not looked at before. */
  async read(row: number, { width, height, channels }: InputShape): Promise<AnomalyView | null> {
    const file = await readNpy(this.path(row)).catch(() => {
      // Not there, or damaged: it is made again.
      return null
    })
    const size = width * height * channels
    if (!file || file.data.length !== 2 * size + width * height) return null
    const data = file.data as Uint8Array
    return {
      width,
      height,
      channels: channels === 3 ? 3 : 1,
      original: data.subarray(0, size),
      reconstruction: data.subarray(size, 2 * size),
      heat: Float32Array.from(data.subarray(2 * size), (value) => value / 255),
    }
  }

  /** What cannot be kept is made again. */
  async keep(row: number, { original, reconstruction, heat }: AnomalyView): Promise<void> {
    const folder = join(this.folder, anomalyFiles.views)
    await makeFolder(folder)
    if ((await readdir(folder)).length >= mostKept) return
    const data = new Uint8Array(2 * original.length + heat.length)
    data.set(original)
    data.set(reconstruction, original.length)
    data.set(
      heat.map((value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
      2 * original.length,
    )
    await writeNpy(this.path(row), { shape: [data.length], data })
  }

  private path(row: number): string {
    return join(this.folder, anomalyFiles.views, `${row}.npy`)
  }
}
