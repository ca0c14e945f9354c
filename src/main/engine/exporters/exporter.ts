import type { ExportFormat, ModelPart, PixelKind } from '../../../shared/exporting'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { Weight } from '../models/weights'

/** A file of an export, with its path in the folder of it: bytes, or weights as a safetensors file. */
export type ExportedFile =
  | { readonly path: string; readonly bytes: Uint8Array }
  | {
      readonly path: string
      readonly weights: Readonly<Record<string, Weight>>
      readonly metadata: Readonly<Record<string, string>>
    }

/** A model as it leaves Hourglass. */
export interface ModelToExport {
  readonly spec: ModelSpec
  /** All kernels and biases by name, a tied decoder's as the transposes that they are. */
  readonly weights: Readonly<Record<string, Weight>>
  /** What a stranger needs to know, as pairs of text: name, input, noise, metrics, version, licence. */
  readonly about: Readonly<Record<string, string>>
}

export interface ExportOptions {
  readonly part: ModelPart
  readonly pixels: PixelKind
}

/** One format. Adding another is a file like the ones beside this, and a line in `index.ts`. */
export interface Exporter {
  readonly format: ExportFormat
  /** @throws ExpectedError `unsupported` for a model that the format cannot hold, naming what keeps it from it */
  write(model: ModelToExport, options: ExportOptions): readonly ExportedFile[]
}
