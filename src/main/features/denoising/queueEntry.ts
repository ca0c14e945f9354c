import type { DenoiseControls, DenoiseOutput } from '../../../shared/api/denoising'
import { patternFor } from '../../../shared/damage'
import type { StrengthMask } from '../../../shared/strengthMask'
import type { DenoisedPicture } from './denoisePicture'
import type { Stamp } from './savedResults'
import { nameOf } from './strengthMasks'

/** A picture to be saved. */
export interface QueuedPicture {
  readonly id: string
  readonly path: string
  /** As it was when it was added. */
  readonly stamp: Stamp
  readonly megapixels: number
  readonly controls: DenoiseControls
  /** What was painted over it, upright: where noise is taken out, or holes, as its kind asks; null for nothing. */
  readonly mask: StrengthMask | null
}

export interface SaveRequest {
  readonly output: DenoiseOutput
  /** Absolute path; null for each original's own. */
  readonly folder: string | null
  readonly again: boolean
}

export interface QueueEntry extends QueuedPicture, SaveRequest {}

/** A picture in the queue, whose result has a name that says what was done. */
export const entryOf = (one: QueuedPicture, request: SaveRequest): QueueEntry => ({
  ...one,
  ...request,
  output: { ...request.output, pattern: patternFor(one.controls.kind, request.output.pattern) },
})

/** Why a picture is as it was, where its state does not say that or a person can do something about it. */
export function remarkOn(
  { controls }: QueueEntry,
  { tile, sigma }: DenoisedPicture,
  isUnchanged: boolean,
): string | null {
  if (controls.kind !== 'noise')
    return tile === null ? 'Nothing is painted over it, and no scratch was found.' : null
  if (tile !== null || controls.strength === 0 || controls.sigma === 0) return null
  if (sigma === null)
    return 'It is too small to tell its noise, and is as it was. Set how strong the noise is by hand.'
  return isUnchanged ? null : 'There was no noise to take out.'
}

/** All that decides what a result is. */
export function settingsOf({ controls, output, mask }: QueueEntry): string {
  const set = [controls, output.format, output.quality]
  return JSON.stringify(mask ? [...set, nameOf(mask)] : set)
}
