import { expect, it } from 'vitest'
import { pixelFigures, regionsOf } from '../../../../src/main/features/anomalies/pixelFigures'

const [width, height] = [8, 6]

/** Three maps of one another's kind, with masks of three regions, as the reference in Python drew them. */
function drawn() {
  let state = 7
  const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 2 ** 31
  const maps = Array.from({ length: 3 * width * height }, next)
  const masks = Array.from({ length: 3 }, () => new Uint8Array(width * height))
  for (const [image, x, y] of [
    ...[1, 2].flatMap((y) => [1, 2, 3].map((x) => [0, x, y])),
    [0, 4, 3],
    ...[4, 5].flatMap((y) => [5, 6, 7].map((x) => [1, x, y])),
    [1, 0, 0],
  ] as [number, number, number][])
    masks[image]![y * width + x] = 1
  const raised = Float32Array.from(maps, (value, i) => {
    const isOdd = masks[Math.floor(i / (width * height))]![i % (width * height)]
    const sum = Math.fround(Math.fround(value) + (isOdd ? Math.fround(0.35) : 0))
    return Math.round(sum * 20) / 20
  })
  return { maps: [raised], masks }
}

it('agrees with scikit-learn and with PRO computed threshold by threshold', () => {
  const { maps, masks } = drawn()
  const { pixelAuroc, pro } = pixelFigures(maps, masks, { width, height })
  expect(pixelAuroc).toBeCloseTo(0.7884615384615384, 9)
  expect(pro).toBeCloseTo(0.3479853479863492, 6)
})

it('takes pixels that touch at corners for one region', () => {
  expect(regionsOf(drawn().masks[0]!, width, height)).toHaveLength(1)
  expect(regionsOf(drawn().masks[1]!, width, height)).toHaveLength(2)
})

it('has no figures without a damaged pixel', () => {
  const none = pixelFigures([new Float32Array(48)], [new Uint8Array(48)], { width, height })
  expect(none).toEqual({ pixelAuroc: null, pro: null })
})
