import type { Bytes } from '../../src/main/engine/imaging/syntheticNoise'
import { randomNumbers } from './randomNumbers'

/** Shades, discs with soft edges and a soft texture, as a lens draws them: clean, and nothing in it is a single pixel. */
export function syntheticPhotograph(seed: number, channels: 1 | 3 = 3, side = 256): Bytes {
  const random = randomNumbers(seed)
  const discs = Array.from({ length: 24 }, () => ({
    x: random() * side,
    y: random() * side,
    radius: 6 + 30 * random(),
    light: [0, 1, 2].map(() => 120 * (random() - 0.5)),
  }))
  const waves = Array.from({ length: 6 }, () => ({
    across: 0.9 * (random() - 0.5),
    down: 0.9 * (random() - 0.5),
    phase: 6 * random(),
  }))
  const data = new Uint8Array(side * side * channels)
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < channels; c++, at++) {
        let value = 110 + 20 * c + 40 * Math.sin(x / 60 + c) * Math.cos(y / 45)
        for (const disc of discs)
          value += disc.light[c]! / (1 + Math.exp(Math.hypot(x - disc.x, y - disc.y) - disc.radius))
        if (x > side / 2)
          for (const { across, down, phase } of waves) value += 4 * Math.sin(across * x + down * y + phase)
        data[at] = Math.min(250, Math.max(5, Math.round(value)))
      }
  return { width: side, height: side, channels, data }
}
