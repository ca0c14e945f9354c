/** An image as it is, flipped, turned, or both: the eight symmetries of a square. */
export const turns = [0, 1, 2, 3, 4, 5, 6, 7] as const
export type Turn = (typeof turns)[number]

const flipsRows = (turn: Turn) => (turn & 1) !== 0
const flipsColumns = (turn: Turn) => (turn & 2) !== 0
/** Whether rows become columns, and so height and width change places. */
export const transposes = (turn: Turn): boolean => (turn & 4) !== 0

export interface TurnedShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/**
 * @param data height × width × channels
 * @returns width × height × channels where the turn transposes, else the same shape
 */
export function turned(data: Float32Array, shape: TurnedShape, turn: Turn): Float32Array {
  const result = new Float32Array(data.length)
  eachValue(shape, turn, (upright, at) => {
    result[at] = data[upright]!
  })
  return result
}

/**
 * Adds an image that was turned, turned back.
 *
 * @param sum height × width × channels, the shape of the image before it was turned
 */
export function addTurnedBack(sum: Float32Array, image: Float32Array, shape: TurnedShape, turn: Turn): void {
  eachValue(shape, turn, (upright, at) => {
    sum[upright]! += image[at]!
  })
}

/** Calls `visit` with the place of each value in the upright image and in the turned one. */
function eachValue(
  { height, width, channels }: TurnedShape,
  turn: Turn,
  visit: (upright: number, turned: number) => void,
): void {
  const [rows, columns, transposed] = [flipsRows(turn), flipsColumns(turn), transposes(turn)]
  for (let y = 0; y < height; y++) {
    const row = rows ? height - 1 - y : y
    for (let x = 0; x < width; x++) {
      const column = columns ? width - 1 - x : x
      const at = (transposed ? column * height + row : row * width + column) * channels
      const upright = (y * width + x) * channels
      for (let c = 0; c < channels; c++) visit(upright + c, at + c)
    }
  }
}
