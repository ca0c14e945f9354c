import { expect, it } from 'vitest'
import { clippedMoments } from '../../../../src/main/engine/denoising/clippedNoise'
import { unclip, unclipper } from '../../../../src/main/engine/denoising/unclip'

it.each([5, 25, 50])('finds the value again whose noise of sigma %d was cut off', (sigma) => {
  const valueOf = unclipper(sigma / 255)
  for (const value of [0, 0.02, 0.3, 0.5, 0.9, 1])
    expect(valueOf(clippedMoments(value, sigma / 255).mean)).toBeCloseTo(value, 4)
  // White paper at sigma 25 is 245 on the average: 255 − 25 / √(2π).
  expect(valueOf(1 - (0.3989 * sigma) / 255)).toBeCloseTo(1, 2)
  expect([valueOf(0), valueOf(1)]).toEqual([0, 1])
})

it('leaves the middle of the range, alpha, floats and weak noise as they are', () => {
  const grey = new Uint8Array([2, 128, 245, 9])
  unclip({ data: grey, channels: 1 }, [25])
  expect([...grey]).toEqual([0, 128, 255, 0])
  const withAlpha = new Uint8Array([245, 7, 128, 245])
  unclip({ data: withAlpha, channels: 2 }, [25])
  expect([...withAlpha]).toEqual([255, 7, 128, 245])
  const wide = new Uint16Array([245 * 257, 128 * 257])
  unclip({ data: wide, channels: 1 }, [25])
  expect(wide[0]).toBeGreaterThan(254 * 257)
  expect(Math.abs(wide[1]! - 128 * 257)).toBeLessThan(3)
  const colors = new Uint8Array([245, 245, 245])
  unclip({ data: colors, channels: 3 }, [25, 1, 10])
  expect([...colors]).toEqual([255, 245, 246])
  const floats = new Float32Array([0.96])
  unclip({ data: floats, channels: 1 }, [25])
  expect(floats[0]).toBeCloseTo(0.96)
})
