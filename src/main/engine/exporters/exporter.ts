import type { ExportedAs } from '../../../shared/exporting'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { TrainingConfig } from '../../../shared/trainingConfig'
import type { FileInput } from '../runtimes/onnx/runOnnxFile'
import type { StoredWeight } from './precision'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'

/** A file of an export, with its path in the folder of it: its bytes in pieces, to be gone through once, or weights as a safetensors file. */
export type ExportedFile =
  | { readonly path: string; readonly content: Iterable<Uint8Array> }
  | {
      readonly path: string
      readonly weights: Readonly<Record<string, StoredWeight>>
      readonly metadata: Readonly<Record<string, string>>
    }

/** A model as it leaves Hourglass. */
export interface ModelToExport {
  readonly spec: ModelSpec
  /** All kernels and biases by name, a tied decoder's as the transposes that they are, as the precision rounds them. */
  readonly weights: Readonly<Record<string, StoredWeight>>
  /** What a stranger needs to know, as pairs of text: name, input, noise, metrics, version, licence. */
  readonly about: Readonly<Record<string, string>>
  /** How it was trained, or how such models usually are. */
  readonly training: TrainingConfig
}

export interface ExportOptions extends Omit<ExportedAs, 'format'> {
  /** A folder for files that are needed meanwhile; the system's without it. */
  readonly scratch?: string
}

/** What goes into a model's file, in the order of the model's inputs. */
export type FileInputs = Readonly<Record<string, FileInput>>

/** The format's own reader, where Hourglass has it at hand: it runs what was written before anybody gets it. */
export interface ExportReader {
  /** So many images are read. */
  readonly images: number
  run(folder: string, inputs: FileInputs): Promise<Float32Array | Uint8Array>
}

/** Writes one format; `formats` says what it is called and what it can hold. */
export interface Exporter {
  readonly reader?: ExportReader
  /** @throws ExpectedError `unsupported` for a model that the format cannot hold, naming what keeps it from it */
  write(
    model: ModelToExport,
    options: ExportOptions,
  ): readonly ExportedFile[] | Promise<readonly ExportedFile[]>
}

/** Under this name a file says which model it is, so that Hourglass reads it again. */
export const specKey = 'hourglass_spec'

/** What a file says of its model, as pairs of text. */
export const metadataOf = ({ spec, about }: ModelToExport): Record<string, string> => ({
  ...about,
  [specKey]: JSON.stringify(spec),
})

export const noCode = () => new ExpectedError('bad-input', sentence('models.noCodeToExport'))
