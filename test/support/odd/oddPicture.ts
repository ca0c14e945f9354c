/** What a picture holds, known because it was made so. */
export interface Truth {
  readonly pages: number
  readonly width: number
  readonly height: number
  /** Colour, alpha and all others; null where colours have to be computed. */
  readonly channels: number | null
  /** Row-major, pages × height × width × channels: numbers of the file, or 0..255 of less than 8 bits and of palettes. */
  readonly values: readonly number[] | null
}

export interface OddPicture {
  readonly name: string
  readonly bytes: Buffer
  readonly truth: Truth
  /** 1..8, as EXIF and TIFF count. */
  readonly orientation: number
}
