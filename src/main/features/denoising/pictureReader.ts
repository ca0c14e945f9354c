import { availableParallelism } from 'node:os'
import { decodingRoom } from '../pictures/decodingRoom'
import { type PreparedImage, prepareImage } from '../pictures/prepareImage'
import { type Fence, leadsOut } from '../../base/fence'
import { UnusableImage } from '../pictures/unusableImage'
import type { FolderScales } from './folderScales'
import type { ChosenModels } from './chosenModels'
import type { FoundNoise, NoiseAhead } from './noiseAhead'
import type { QueueEntry } from './queueEntry'
import { type Picture, readPicture } from '../pictures/readPicture'
import { isSame, stampOf } from './savedResults'
import { sentence } from '../../../shared/texts/sentence'

/** A picture that has been read. */
export interface Opened {
  readonly image: PreparedImage
  readonly picture: Picture
  readonly noise?: FoundNoise
}

export interface PictureReaderDependencies {
  readonly scales: FolderScales
  readonly fence: Fence
  readonly noiseAhead: NoiseAhead
  readonly modelFor: ChosenModels['for']
}

/** What is read ahead; a picture that takes more waits for its turn. */
const bytesAhead = 200e6
const bytesPerPixel = 6

/** Whether it is read while others are worked on. */
export const canReadAhead = ({ megapixels }: QueueEntry): boolean =>
  megapixels * 1e6 * bytesPerPixel <= bytesAhead && availableParallelism() > 1

/** Reads the pictures of a queue, each while the one before it is still worked on. */
export class PictureReader {
  private ahead: { readonly entry: QueueEntry; readonly opened: Promise<Opened> } | null = null

  constructor(private readonly deps: PictureReaderDependencies) {}

  /** @param next the one after it, which is read afterwards, where that is not too much at once */
  open(entry: QueueEntry, next: QueueEntry | undefined): Promise<Opened> {
    const opened = this.ahead?.entry === entry ? this.ahead.opened : this.read(entry)
    this.ahead = null
    if (next && canReadAhead(next)) {
      const read = () => this.readAhead(next)
      this.ahead = { entry: next, opened: opened.then(read, read) }
    }
    // Whoever takes them is told.
    for (const one of [opened, this.ahead?.opened]) one?.catch(() => undefined)
    return opened
  }

  /** What was read ahead is not wanted any more. */
  forget(): void {
    this.ahead = null
  }

  private async read({ path, stamp, controls }: QueueEntry): Promise<Opened> {
    if (!this.deps.fence.allows(path)) throw new UnusableImage(leadsOut)
    if (!isSame(stamp, await stampOf(path))) throw new UnusableImage(sentence('denoising.changedSinceAdded'))
    const image = await prepareImage(path)
    const scale = await this.deps.scales.of(image, controls.range)
    return { image, picture: await decodingRoom.with(image, () => readPicture(image, scale)) }
  }

  private async readAhead(entry: QueueEntry): Promise<Opened> {
    const opened = await this.read(entry)
    if (entry.controls.kind !== 'noise') return opened
    const model = await this.deps.modelFor(entry.controls, opened.picture)
    return { ...opened, noise: this.deps.noiseAhead.estimate(entry, opened.picture, model) }
  }
}
