import { extname } from 'node:path'
import type { DatasetScale } from '../../../shared/dataset'
import type { PictureRange } from '../../../shared/pictureRange'
import { type Sample, scaleOf, type ValueScale, wholeScale } from '../../engine/imaging/valueScale'
import type { FoundFile, FoundImage } from './findImages'
import { prepareImage } from '../pictures/prepareImage'
import { slots } from './readingPlan'
import {
  evidenceOf,
  readWide,
  type ScaleEvidence,
  scaleForBytes,
  type WideImage,
} from '../pictures/wideValues'

/** Images that are looked at for a scale, spread over all that may share it. */
const lookedAt = 32

interface Group {
  readonly source: number
  readonly bits: number
  readonly kind: Sample['kind']
  readonly group: string
}

const keyOf = ({ source, bits, kind, group }: Group) => JSON.stringify([source, bits, kind, group])
const endingOf = (path: string) => extname(path).toLowerCase()

/** Floats up to 1, to 255 and to 65535 mean different things, and others go by their values together. */
function groupOf({ sorted, sample, told }: ScaleEvidence): string {
  if (sample.kind !== 'float') return ''
  const { basis, white } = scaleOf(sorted, sample, told)
  return basis === 'type' ? `${white}` : basis
}

/**
 * Black and white of the images of an import that have more than 8 bits: one scale for all of a source that have the same
 * kind of values, so that what is brighter in one image than in another stays so.
 */
export class ImportScales {
  private readonly found = new Map<string, Promise<ValueScale>>()
  private readonly used = new Map<string, DatasetScale>()
  private readonly files: readonly FoundFile[]

  /**
   * @param images all that were found
   * @param known scales of an earlier import of them, which what has not changed was brought to 8 bits by
   */
  constructor(
    images: readonly FoundImage[],
    private readonly range: PictureRange,
    known: readonly DatasetScale[] = [],
  ) {
    this.files = images.filter((image) => image.kind === 'file')
    for (const one of known) {
      const { black, white, basis } = one
      this.found.set(keyOf(one), Promise.resolve({ black, white, basis }))
      this.used.set(keyOf(one), one)
    }
  }

  /** In the order in which they were first asked for. */
  get all(): DatasetScale[] {
    return [...this.used.values()]
  }

  /** @param wide the image as it was read */
  async of(wide: WideImage, { source, path }: Pick<FoundFile, 'source' | 'path'>): Promise<ValueScale> {
    const { bits, kind } = wide.sample
    const own = evidenceOf(wide)
    const group: Group = { source, bits, kind, group: groupOf(own) }
    const key = keyOf(group)
    if (!this.found.has(key)) this.found.set(key, this.find(own, group, endingOf(path)))
    const scale = await this.found.get(key)!
    // An image of 8 bits with channels beyond colour is as it is.
    if (bits > 8 || kind !== 'unsigned') this.used.set(key, { ...group, ...scale })
    return scale
  }

  private async find(own: ScaleEvidence, group: Group, ending: string): Promise<ValueScale> {
    const { range } = this
    if (typeof range === 'object') return { ...range, basis: 'given' }
    if (range === 'full') return wholeScale(own.sample)
    const alike = this.files.filter((file) => file.source === group.source && endingOf(file.path) === ending)
    const evidence: ScaleEvidence[] = [own]
    for (const [file] of slots([...alike], Math.min(lookedAt, alike.length))) {
      const one = await evidenceIn(file!)
      if (one && keyOf({ ...group, ...one.sample, group: groupOf(one) }) === keyOf(group)) evidence.push(one)
    }
    return scaleForBytes(evidence)
  }
}

/** Null for what has 8 bits, or cannot be read, which is told when its turn comes. */
async function evidenceIn({ absolute }: FoundFile): Promise<ScaleEvidence | null> {
  try {
    const wide = await readWide(await prepareImage(absolute))
    return wide && evidenceOf(wide)
  } catch {
    return null
  }
}
