/** A rectangle in whole pixels of an image. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}
