import type { ComputeClient } from '../../worker/computeClient'
import type { Region } from '../../../shared/region'
import type { ComputeTarget } from '../../worker/protocol'
import { CancelledError } from '../../../shared/errors'
import type { Log } from '../log'
import type { DenoisingModel } from './denoisingModels'
import { sigmaScale } from './floats'
import type { LoadedPicture } from './loadedPicture'
import { cellSide } from './restoration'

const drawingMs = 90

/** What is on the screen. */
export interface Look {
  readonly id: string
  readonly picture: LoadedPicture
  readonly model: DenoisingModel
  readonly sigma: number | null
  readonly strength: number
  /** As it is stored. */
  readonly visible: Region
}

export interface PainterDependencies {
  readonly client: ComputeClient
  readonly log: Log
  readonly target: () => ComputeTarget
  /** Whether what cannot be seen may be worked on too. */
  readonly mayGoOn: () => boolean
  readonly onRestored: (id: string) => void
}

/** What a restoration depends on. */
export function keyOf({ model, sigma, strength }: Pick<Look, 'model' | 'sigma' | 'strength'>): string {
  return JSON.stringify([model.name, model.files.weights, sigma, Math.max(1, strength)])
}

/** Restores the picture that is looked at: what is seen of it first, then the rest. One part at a time, so that it follows. */
export class Painter {
  private current: Look | null = null
  private running: Promise<void> | null = null
  private readonly abort = new AbortController()
  /** Of the part that is being restored. */
  private part: { readonly key: string; readonly abort: AbortController } | null = null

  constructor(private readonly deps: PainterDependencies) {}

  look(look: Look): void {
    const key = keyOf(look)
    look.picture.restoration.begin(key)
    // What is restored in a way that nobody wants any more does not keep the new one waiting.
    if (this.part && this.part.key !== key) this.part.abort.abort()
    this.current = look
    this.goOn()
  }

  /** When what could not be seen may be worked on again. */
  goOn(): void {
    this.running ??= this.run().finally(() => (this.running = null))
  }

  /** Nobody looks at that picture any more. */
  leave(id: string): void {
    if (this.current?.id === id) this.current = null
  }

  async close(): Promise<void> {
    this.current = null
    this.abort.abort()
    await this.running
  }

  private async run(): Promise<void> {
    for (let look = this.current; look; look = this.current) {
      const glance = look.picture.restoration.glance(look.visible)
      const part = glance ?? this.nextPart(look)
      if (!part) return
      await this.restore(look, part, glance !== null)
      // So that it is drawn before all of the processor is taken again.
      if (glance) await new Promise((resolve) => setTimeout(resolve, drawingMs))
    }
  }

  private nextPart({ picture, visible }: Look): Region | null {
    const { restoration, size } = picture
    if (restoration.problem !== null) return null
    const seen = restoration.next(visible)
    if (seen || !this.deps.mayGoOn()) return seen
    return restoration.next({ left: 0, top: 0, ...size })
  }

  private async restore(look: Look, part: Region, isGlance: boolean): Promise<void> {
    const { picture, model, sigma, strength } = look
    const { restoration } = picture
    const { client, target, onRestored, log } = this.deps
    const key = keyOf(look)
    const abort = new AbortController()
    this.part = { key, abort }
    try {
      const { noise } = await picture.noise(client)
      const { pixels, height, width, channels, floats } = picture.picture
      const stored = sigma === null ? null : sigma * sigmaScale(floats)
      await client.call(
        'restoreRegions',
        {
          ...{ model: model.files, trained: model.trained, pixels, height, width, channels },
          ...{ sigma: stored, strength, noise, result: restoration.pixels, regions: [part], tile: cellSide },
          ...target(),
        },
        { signal: AbortSignal.any([this.abort.signal, abort.signal]) },
      )
      if (!restoration.isFor(key)) return
      if (isGlance) restoration.show(part)
      else restoration.mark(part)
    } catch (error) {
      if (error instanceof CancelledError) return this.abort.signal.aborted ? this.leave(look.id) : undefined
      if (!restoration.isFor(key)) return
      restoration.problem = (error as Error).message
      log.warn(`A picture could not be restored: ${(error as Error).message}`)
    } finally {
      this.part = null
    }
    onRestored(look.id)
  }
}
