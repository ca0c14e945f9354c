/** Formats that the image decoder does not read, and that libraries of their own do, in a thread of theirs. */
export type ForeignFormat = 'heic' | 'exr' | 'raw'

export interface ForeignPixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3 | 4
  /** Upright, row-major. Floats are of linear light, with white at 1. */
  readonly pixels: Uint8Array | Uint16Array | Float32Array
  /** What else there is to know. */
  readonly remark: string | null
}

/** What can be asked of a file. */
export interface ForeignTasks {
  /** Of the upright picture. */
  size: { readonly width: number; readonly height: number }
  pixels: ForeignPixels
  /** At half the size or less where that is quicker, or a picture within the file, as a JPEG. */
  preview: ForeignPixels | { readonly jpeg: Uint8Array; readonly turns: number }
}
export type ForeignTask = keyof ForeignTasks

/** What decodes one format. Each throws an Error with a few words on what is wrong. */
export type ForeignDecoder = { readonly [T in ForeignTask]: (file: Buffer) => Promise<ForeignTasks[T]> }

export interface ForeignRequest {
  readonly id: number
  readonly format: ForeignFormat
  readonly task: ForeignTask
  readonly path: string
}

export type ForeignReply =
  | { readonly id: number; readonly result: ForeignTasks[ForeignTask] }
  | { readonly id: number; readonly error: string }
