import { availableParallelism } from 'node:os'
import type { DenoiseDependencies } from './denoiseService'

/** Of a picture for which a worker compiles what estimates its noise. */
const triedSide = 160

function someNoise() {
  const pixels = Uint8Array.from({ length: triedSide * triedSide * 3 }, () => 256 * Math.random())
  return { pixels, width: triedSide, height: triedSide, channels: 3 as const }
}

/** The workers of the Denoise screen: how many save side by side, and that they are ready before somebody waits for them. */
export class SavingWorkers {
  private warm: Promise<unknown> | null = null
  /** Whether TensorFlow, which is taken where it has one, does; null before that is known. */
  private hasGpu: boolean | null = null

  constructor(private readonly deps: Pick<DenoiseDependencies, 'client' | 'savers' | 'target' | 'log'>) {}

  /**
   * On a processor two pictures side by side, each with half of the cores, take less time than one after the other: what
   * is done on one core in one is done beside the other. A graphics card is one for all.
   */
  lanes(): number {
    const { runtime, device } = this.deps.target()
    const onProcessor =
      device === undefined ? runtime !== undefined || this.hasGpu === false : device === 'cpu'
    return onProcessor && runtime !== 'tensorflow'
      ? Math.min(this.deps.savers.length, availableParallelism())
      : 1
  }

  /** Starts the workers, which try what they will do, and loads the runtimes: a second or two that nobody waits for. */
  warmUp(): void {
    if (this.warm) return
    const { client, savers } = this.deps
    const tried = [client, savers[0]].map((one) => one.call('estimateNoise', someNoise()))
    const asked = client.call('devices', { brief: true }).then((runtimes) => {
      this.hasGpu = runtimes.some(
        ({ runtime, devices }) => runtime === 'tensorflow' && devices.some(({ isGpu }) => isGpu),
      )
    })
    this.warm = Promise.all([...tried, asked]).catch((error: unknown) => {
      this.deps.log.warn(`The runtimes could not be loaded ahead: ${(error as Error).message}`)
    })
  }
}
