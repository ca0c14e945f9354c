/** Of a place by how odd it is, 0 to 255: nothing where it is normal, yellow as it nears the threshold, red beyond. */
const stops: readonly (readonly [at: number, red: number, green: number, blue: number, alpha: number])[] = [
  [0, 255, 226, 90, 0],
  [64, 255, 226, 90, 0],
  [110, 255, 196, 40, 0.45],
  [128, 255, 138, 0, 0.75],
  [255, 214, 0, 50, 1],
]

const table = new Uint8ClampedArray(256 * 4)
for (let value = 0; value < 256; value++) {
  const next = Math.max(
    1,
    stops.findIndex(([at]) => value <= at),
  )
  const [from, to] = [stops[next - 1]!, stops[next]!]
  const share = (value - from[0]) / (to[0] - from[0])
  const mix = (i: 1 | 2 | 3 | 4) => from[i] + share * (to[i] - from[i])
  table.set([mix(1), mix(2), mix(3), 255 * mix(4)], value * 4)
}

/** Heat as a layer to lay over the image. @param heat a byte a pixel @param opacity 0..1 */
export function heatLayer(heat: Uint8Array, width: number, height: number, opacity: number): ImageData {
  const layer = new ImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    const from = heat[i]! * 4
    for (let channel = 0; channel < 3; channel++) layer.data[i * 4 + channel] = table[from + channel]!
    layer.data[i * 4 + 3] = table[from + 3]! * opacity
  }
  return layer
}
