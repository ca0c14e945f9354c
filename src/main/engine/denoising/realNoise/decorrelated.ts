import type { Plane } from '../noiseEstimate'
import { decorrelation } from '../pixelTiles'

/** Brightness and two differences of colours (see decorrelation), as planes. @param planes red, green and blue, 1 is white */
export function decorrelated({
  height,
  width,
  planes,
}: {
  readonly height: number
  readonly width: number
  readonly planes: readonly [Float32Array, Float32Array, Float32Array]
}): readonly [Plane, Plane, Plane] {
  const [red, green, blue] = planes
  const plane = ([r, g, b]: readonly [number, number, number]): Plane => {
    const data = new Float32Array(height * width)
    for (let i = 0; i < data.length; i++) data[i] = r * red[i]! + g * green[i]! + b * blue[i]!
    return { height, width, data }
  }
  return [plane(decorrelation[0]), plane(decorrelation[1]), plane(decorrelation[2])]
}
