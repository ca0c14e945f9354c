import { type ExportAbilities, type ExportFormatFacts, precisions } from '../../../../shared/exporting'
import type { Exporter } from '../exporter'
import type { Example } from './example'

/**
 * What a model can be written as: a file like those beside this, and a line in `index.ts`. The command line, the window, the
 * README of an export and the check of what was written take everything from there.
 */
export interface ExportFormat extends ExportFormatFacts {
  /** What the lines of `example` are written in: in words, and as Markdown marks code. */
  readonly language: { readonly name: string; readonly fence: string }
  /** Some lines that run the part that was exported. */
  example(of: Example): string
  /** Loaded when it is needed; null for Hourglass's own, a model's folder that `features/models/hourglassFile` packs. */
  readonly load: (() => Promise<Exporter>) | null
}

export const python = { name: 'Python', fence: 'python' }
export const terminal = { name: 'a terminal', fence: 'sh' }

/** Of a format that holds a whole model of layers, as floats. */
export const whole: ExportAbilities = {
  parts: false,
  bytes: false,
  precisions: ['float32'],
  tying: false,
  convolutions: true,
  networks: false,
}

/** Of a format that holds encoder and decoder alone too. */
export const anyPart: ExportAbilities = { ...whole, parts: true }

/** Of a format that holds a network operation by operation. */
export const anyNetwork: ExportAbilities = { ...anyPart, bytes: true, precisions, networks: true }
