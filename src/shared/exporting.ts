/** `full` draws an image again; `encoder` gives its code; `decoder` draws a code. */
export const modelParts = ['full', 'encoder', 'decoder'] as const
export type ModelPart = (typeof modelParts)[number]

/** What a model can be written as for other programs. */
export const exportFormats = [
  'hourglass',
  'onnx',
  'savedmodel',
  'tensorflowjs',
  'keras',
  'pytorch',
  'training',
  'c',
  'json',
] as const
export type ExportFormat = (typeof exportFormats)[number]

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
  readonly format: ExportFormat
  readonly part: ModelPart
  readonly pixels: PixelKind
  readonly precision: Precision
  readonly tiedAs: TiedAs
}

interface Abilities {
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

const whole: Abilities = {
  parts: false,
  bytes: false,
  precisions: ['float32'],
  tying: false,
  convolutions: true,
  networks: false,
}
const anyPart: Abilities = { ...whole, parts: true }

/** What can be chosen for each format. */
export const exportAbilities: Readonly<Record<ExportFormat, Abilities>> = {
  hourglass: { ...whole, networks: true },
  onnx: { ...anyPart, bytes: true, precisions, networks: true },
  savedmodel: { ...anyPart, bytes: true, precisions, networks: true },
  tensorflowjs: { ...anyPart, precisions: ['float32', 'float16'] },
  keras: { ...anyPart, tying: true },
  pytorch: { ...anyPart, precisions: ['float32', 'float16'] },
  training: whole,
  c: { ...anyPart, convolutions: false },
  json: { ...whole, networks: true },
}
