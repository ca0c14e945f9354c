import type { Weight } from '../models/weights'

/** a × b × height × width → height × width × b × a: filters × channels of Conv, and inputs × outputs of its transpose. */
export function spatialFirst({ shape, data }: Weight): Weight {
  const [a, b, height, width] = shape as [number, number, number, number]
  const moved = new Float32Array(data.length)
  const taps = height * width
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let tap = 0; tap < taps; tap++) moved[(tap * b + j) * a + i] = data[(i * b + j) * taps + tap]!
  return { shape: [height, width, b, a], data: moved }
}
