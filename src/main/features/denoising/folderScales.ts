import { dirname, extname } from 'node:path'
import type { PictureRange } from '../../../shared/pictureRange'
import { type Sample, scaleOf, type ValueScale, wholeScale } from '../../engine/imaging/valueScale'
import { prepareImage, type PreparedImage } from '../pictures/prepareImage'
import { slots } from '../datasets/readingPlan'
import { evidenceOf, readWide, type ScaleEvidence, type WideImage } from '../pictures/wideValues'

/** Pictures that are looked at for a scale, spread over all that may share it. */
const lookedAt = 16
/** A picture that uses less of the scale of its folder has one of its own: its noise would be none on that. */
const leastShare = 0.25

/**
 * Black and white of the pictures of folders that have more than 8 bits: one for all of a folder that have the same kind of
 * values, as frames of a series have, so that a sigma means the same in each, and what is brighter looks so.
 */
export class FolderScales {
  private readonly found = new Map<string, Promise<readonly ScaleEvidence[]>>()

  /** @param paths of all pictures, absolute; asked for anew each time, as they may become more */
  constructor(private readonly paths: () => readonly string[]) {}

  /** What is known is not true any more: there are other pictures. */
  forget(): void {
    this.found.clear()
  }

  /** Undefined for the scale of the picture itself. */
  async of(image: PreparedImage, range: PictureRange = 'auto'): Promise<ValueScale | undefined> {
    if (!image.isDeep || (image.format !== 'tiff' && image.format !== 'png')) return undefined
    if (typeof range === 'object') return { ...range, basis: 'given' }
    if (range === 'full') return wholeScale(sampleIn(image))
    const alike = this.alike(image.path)
    if (alike.length < 2) return undefined
    const wide = await readWide(image)
    return wide ? this.shared(wide, image.path, alike) : undefined
  }

  private alike(path: string): string[] {
    const place = (one: string) => `${dirname(one)} ${extname(one).toLowerCase()}`
    return this.paths().filter((one) => place(one) === place(path))
  }

  private async shared(
    wide: WideImage,
    path: string,
    alike: readonly string[],
  ): Promise<ValueScale | undefined> {
    const { sample, channels } = wide
    const key = JSON.stringify([dirname(path), sample, channels])
    if (!this.found.has(key)) this.found.set(key, evidenceIn(alike, wide))
    const own = evidenceOf(wide)
    const others = await this.found.get(key)!
    const one = scaleOf(own.sorted, sample, own.told)
    const spanOf = ({ black, white }: ValueScale) => white - black
    // Those that go with it: a dark picture among bright ones is not seen on their scale.
    const near = others.filter((other) => {
      const scale = scaleOf(other.sorted, sample, other.told)
      const share = spanOf(scale) / spanOf(one)
      return share >= leastShare && share <= 1 / leastShare
    })
    if (near.length < 2) return undefined
    const sorted = Float64Array.from(near.flatMap((other) => [...other.sorted])).sort()
    const isSaid = near.every(({ told }) => told.black === own.told.black && told.white === own.told.white)
    const scale = scaleOf(sorted, sample, isSaid ? own.told : {})
    return spanOf(one) >= leastShare * spanOf(scale) ? scale : undefined
  }
}

const sampleIn = ({ tiff }: PreparedImage): Sample =>
  tiff && (tiff.kind !== 'unsigned' || tiff.bits > 16) ? tiff : { bits: 16, kind: 'unsigned' }

async function evidenceIn(paths: readonly string[], wide: WideImage): Promise<ScaleEvidence[]> {
  const found: ScaleEvidence[] = []
  for (const [path] of slots([...paths], Math.min(lookedAt, paths.length))) {
    try {
      const other = await readWide(await prepareImage(path!))
      const isAlike =
        other?.sample.kind === wide.sample.kind &&
        other.sample.bits === wide.sample.bits &&
        other.channels === wide.channels
      if (isAlike) found.push(evidenceOf(other))
    } catch {
      // What cannot be read is told when its turn comes.
    }
  }
  return found
}
