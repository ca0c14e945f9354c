import type { DenoiseControls } from '../../../../shared/api/denoising'
import { timesLarger } from '../../../../shared/damage'
import { CancelledError } from '../../../../shared/errors'
import type { Region } from '../../../../shared/region'
import type { StrengthMask } from '../../../../shared/strengthMask'
import type { Log } from '../../../base/log'
import type { ComputeClient } from '../../../worker/computeClient'
import type { ComputeTarget } from '../../../worker/protocol'
import type { DenoisingModel } from '../denoisingModels'
import { levelsOf, type LoadedPicture } from '../loadedPicture'
import { Restoration } from '../restoration'
import { nameOf } from '../strengthMasks'
import { type DamageControls, damageOf } from './damageOf'
import { restoreKind, roomFor, sizeAfter } from './restoreKind'

export interface MenderDependencies {
  readonly client: ComputeClient
  readonly log: Log
  readonly target: () => ComputeTarget
  /** More of a picture is there. */
  readonly onRestored: (id: string) => void
}

/** A picture that is looked at, and how its damage is restored. */
export interface MendLook {
  readonly id: string
  readonly loaded: LoadedPicture
  readonly controls: DenoiseControls & DamageControls
  readonly model: DenoisingModel
  /** Painted over it, upright. */
  readonly holes: StrengthMask | null
  /** What is seen of it, as it is stored. */
  readonly visible: Region
}

/** What is made of a picture that is looked at; grows. */
export interface Mended {
  readonly loaded: LoadedPicture
  /** How many times as high and wide as the picture it is. */
  readonly times: 1 | 2
  readonly restoration: Restoration
  /** How much of it is there, 0..1. */
  readonly share: number
  readonly problem: string | null
  /** Resolves when all of it is there, or a problem is. */
  readonly ended: Promise<void>
}

/** All that a result depends on, besides the picture. */
export function mendingKey(
  { kind, quality, jpegQuality, findsScratches }: DenoiseControls,
  { name, files }: DenoisingModel,
  holes: StrengthMask | null,
): string {
  const painted = kind === 'holes' && holes ? nameOf(holes) : null
  return JSON.stringify([kind, quality, jpegQuality, findsScratches, name, files.weights, painted])
}

/** Restores the damage of the picture that is looked at, one at a time: what is seen comes first. */
export class Mender {
  private current: { readonly id: string; readonly key: string; readonly work: Mending } | null = null

  constructor(private readonly deps: MenderDependencies) {}

  look(look: MendLook): Mended {
    const key = mendingKey(look.controls, look.model, look.holes)
    const { current } = this
    if (current?.id === look.id && current.key === key && current.work.loaded === look.loaded)
      return current.work
    current?.work.stop()
    const work = new Mending(look, this.deps)
    this.current = { id: look.id, key, work }
    return work
  }

  /** What was made of a picture in just this way, all of it; null where it was not. */
  find(id: string, key: string): Mended | null {
    const { current } = this
    return current?.id === id && current.key === key && current.work.isComplete ? current.work : null
  }

  /** Nobody looks at damage any more, or not at that of a picture. */
  leave(id?: string): void {
    if (!this.current || (id !== undefined && this.current.id !== id)) return
    this.current.work.stop()
    this.current = null
  }

  async close(): Promise<void> {
    const ended = this.current?.work.ended
    this.leave()
    await ended
  }
}

class Mending implements Mended {
  readonly loaded: LoadedPicture
  readonly times: 1 | 2
  readonly restoration: Restoration
  readonly ended: Promise<void>
  share = 0
  problem: string | null = null
  private readonly abort = new AbortController()

  constructor(
    private readonly look: MendLook,
    private readonly deps: MenderDependencies,
  ) {
    const { loaded, controls } = look
    const { picture } = loaded
    this.loaded = loaded
    this.times = timesLarger(controls.kind)
    const pixels = roomFor(controls.kind, picture)
    const size = sizeAfter(controls.kind, picture)
    if (this.times === 2) enlargeRoughly(picture.pixels, pixels, picture)
    this.restoration = new Restoration(pixels, levelsOf({ ...picture, ...size, pixels }), size)
    this.ended = this.run()
  }

  get isComplete(): boolean {
    return this.share === 1 && this.problem === null
  }

  stop(): void {
    this.abort.abort()
  }

  private async run(): Promise<void> {
    const { id, loaded, controls, model, holes, visible } = this.look
    const { client, log, target, onRestored } = this.deps
    const { signal } = this.abort
    const { picture, image } = loaded
    try {
      const damage = await damageOf(image, picture, controls, holes, client)
      if (signal.aborted) return
      const first = { x: visible.left + visible.width / 2, y: visible.top + visible.height / 2 }
      const onPart = (part: Region) => {
        this.restoration.show(part)
        onRestored(id)
      }
      const onProgress = (share: number) => {
        const before = this.share
        this.share = Math.min(0.99, share)
        if (Math.floor(20 * share) > Math.floor(20 * before)) onRestored(id)
      }
      const { files, trained } = model
      const work = { client, signal, onProgress, tile: null, quality: controls.quality, ...target() }
      const result = { pixels: this.restoration.pixels, first, onPart }
      await restoreKind(picture, damage, { files, trained }, result, work)
      this.share = 1
    } catch (error) {
      if (error instanceof CancelledError || signal.aborted) return
      this.problem = (error as Error).message
      log.warn(`A picture could not be restored: ${this.problem}`)
    }
    onRestored(id)
  }
}

/** Each pixel four times, until a model has made something of it. */
function enlargeRoughly(
  from: Restoration['pixels'],
  to: Restoration['pixels'],
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
): void {
  for (let y = 0; y < 2 * height; y++)
    for (let x = 0; x < 2 * width; x++) {
      const at = ((y >> 1) * width + (x >> 1)) * channels
      for (let c = 0; c < channels; c++) to[(y * 2 * width + x) * channels + c] = from[at + c]!
    }
}
