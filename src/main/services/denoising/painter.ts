import type { ComputeClient } from '../../worker/computeClient'
import type { Region } from '../../../shared/region'
import type { ComputeTarget } from '../../worker/protocol'
import { CancelledError } from '../../../shared/errors'
import type { Log } from '../log'
import type { DenoisingModel } from './denoisingModels'
import { sigmaScale } from './floats'
import type { LoadedPicture } from './loadedPicture'
import type { Amount } from './knownAmounts'
import { cellSide, type Restoration } from './restoration'

const drawingMs = 90

/** Pixels. Where no more is seen, what else it might be comes before what is not seen at all; where far more is, never. */
const little = 4e6
const much = 16e6

/** What is on the screen. */
export interface Look {
  readonly id: string
  readonly picture: LoadedPicture
  readonly model: DenoisingModel
  readonly sigma: number | null
  readonly strength: number
  /** As it is stored. */
  readonly visible: Region
  /** Of the picture's levels. */
  readonly level: number
}

/** A part to be restored next. */
interface Work extends Pick<Look, 'model' | 'sigma' | 'strength'> {
  readonly restoration: Restoration
  readonly part: Region
  readonly kind: 'glance' | 'cell' | 'trial'
}

export interface PainterDependencies {
  readonly client: ComputeClient
  readonly log: Log
  readonly target: () => ComputeTarget
  /** Whether what cannot be seen may be worked on too. */
  readonly mayGoOn: () => boolean
  readonly onRestored: (id: string) => void
}

type Asked = Pick<Look, 'model' | 'sigma' | 'strength'>

/** What a restoration depends on. */
export function keyOf({ model, sigma, strength }: Asked): string {
  return JSON.stringify([modelKey({ model }), sigma, Math.max(1, strength)])
}

const modelKey = ({ model }: Pick<Look, 'model'>) => JSON.stringify([model.name, model.files.weights])

const amountOf = ({ sigma, strength }: Asked): Amount => ({
  isByHand: sigma !== null,
  value: (sigma ?? 1) * Math.max(1, strength),
})

/** So that something is on the screen before all of the processor is taken again. */
const drawn = () => new Promise((resolve) => setTimeout(resolve, drawingMs))

/** Restores the picture that is looked at: what is seen of it first, then the rest. One part at a time, so that it follows. */
export class Painter {
  private current: Look | null = null
  private running: Promise<void> | null = null
  /** Something new is shown that no part was restored for. */
  private isExpected = false
  private readonly abort = new AbortController()
  /** Of the part that is being restored. */
  private part: { readonly key: string; readonly abort: AbortController } | null = null

  constructor(private readonly deps: PainterDependencies) {}

  look(look: Look): void {
    const key = keyOf(look)
    if (look.picture.restoration.begin(key)) this.expect(look)
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
      if (this.isExpected) {
        this.isExpected = false
        await drawn()
        continue
      }
      const work = this.next(look)
      if (!work) return
      await this.restore(look, work)
      if (work.kind === 'glance') await drawn()
    }
  }

  /** Shows what is seen as it will be, as far as that is known. */
  private expect(look: Look): void {
    const { picture, level, visible } = look
    const amount = amountOf(look)
    picture.amounts.begin(amount, { model: modelKey(look), level, visible })
    const data = picture.amounts.mix(amount, () => picture.levels.take(level, visible))
    if (!data) return
    picture.restoration.expect(level, visible, data)
    this.isExpected = true
  }

  private next(look: Look): Work | null {
    const { picture, visible } = look
    const { restoration, size } = picture
    if (restoration.problem !== null) return null
    const glance = restoration.glance(visible)
    if (glance) return { ...look, restoration, part: glance, kind: 'glance' }
    const cell = (part: Region | null): Work | null => part && { ...look, restoration, part, kind: 'cell' }
    const seen = cell(restoration.next(visible))
    if (seen) return seen
    this.keep(look)
    if (!this.deps.mayGoOn()) return null
    const pixels = visible.width * visible.height
    const first = pixels <= little ? this.nextTrial(look) : null
    const rest = first ?? cell(restoration.next({ left: 0, top: 0, ...size }))
    return rest ?? (pixels <= much ? this.nextTrial(look) : null)
  }

  /** What is seen, now that all of it is there. */
  private keep(look: Look): void {
    const { picture, level, visible } = look
    const amount = amountOf(look)
    picture.amounts.begin(amount, { model: modelKey(look), level, visible })
    if (!picture.amounts.has(amount))
      picture.amounts.keep(amount, picture.restoration.levels.take(level, visible))
  }

  /** A missing part of what is seen with more or less taken away. */
  private nextTrial(look: Look): Work | null {
    const { picture, level, visible, model } = look
    const { amounts } = picture
    const { isByHand, value } = amountOf(look)
    for (;;) {
      const missing = amounts.missing({ isByHand, value })
      if (missing === null) return null
      const { trial } = picture
      const asked = isByHand ? { sigma: missing, strength: 1 } : { sigma: null, strength: missing }
      trial.begin(keyOf({ model, ...asked }))
      if (trial.problem !== null) return null
      const part = trial.next(visible)
      if (part) return { model, ...asked, restoration: trial, part, kind: 'trial' }
      amounts.keep({ isByHand, value: missing }, trial.levels.take(level, visible))
    }
  }

  private async restore(
    look: Look,
    { restoration, part, kind, model, sigma, strength }: Work,
  ): Promise<void> {
    const { picture } = look
    const { client, target, onRestored, log } = this.deps
    const key = keyOf({ model, sigma, strength })
    const abort = new AbortController()
    this.part = { key: keyOf(look), abort }
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
      if (kind === 'glance') restoration.show(part)
      else restoration.mark(part)
    } catch (error) {
      if (error instanceof CancelledError) return this.abort.signal.aborted ? this.leave(look.id) : undefined
      if (!restoration.isFor(key)) return
      restoration.problem = (error as Error).message
      log.warn(`A picture could not be restored: ${(error as Error).message}`)
    } finally {
      this.part = null
    }
    if (kind !== 'trial') onRestored(look.id)
  }
}
