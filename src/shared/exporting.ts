/** `full` draws an image again; `encoder` gives its code; `decoder` draws a code. */
export const modelParts = ['full', 'encoder', 'decoder'] as const
export type ModelPart = (typeof modelParts)[number]

/** `float`: float32 in 0..1; `uint8`: bytes in and out, with the scaling inside. */
export const pixelKinds = ['float', 'uint8'] as const
export type PixelKind = (typeof pixelKinds)[number]

/** How weights are stored. They are float32 again before anything is computed, so only their rounding shows. */
export const precisions = ['float32', 'float16', 'int8'] as const
export type Precision = (typeof precisions)[number]

/** The decoder of a tied model: its transposes as weights of its own, or the encoder's layers, called a second time. */
export const tiedAsKinds = ['transposes', 'shared'] as const
export type TiedAs = (typeof tiedAsKinds)[number]

export interface ExportedAs {
  /** The id of an export format. */
  readonly format: string
  readonly part: ModelPart
  readonly pixels: PixelKind
  readonly precision: Precision
  readonly tiedAs: TiedAs
}

/** What can be chosen for a format. */
export interface ExportAbilities {
  /** Whether encoder and decoder can be written without the rest. */
  readonly parts: boolean
  /** Whether images can go in and out as bytes. */
  readonly bytes: boolean
  readonly precisions: readonly Precision[]
  /** Whether a tied decoder can be written in either way. */
  readonly tying: boolean
  /** Whether convolutions can be written. */
  readonly convolutions: boolean
  /** Whether a network that was made elsewhere can be written as it stands, operation by operation. */
  readonly networks: boolean
}

/** What the window and the command line need to know of a format. */
export interface ExportFormatFacts {
  /** What the command line calls it. */
  readonly id: string
  /** What people see until a language names it (`models.exportFormat` in its texts). */
  readonly name?: string
  /** Of the file, where the format is one: it may be named instead of a folder. Null for a folder. */
  readonly ending: string | null
  readonly abilities: ExportAbilities
}
