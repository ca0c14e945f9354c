import { expect, it } from 'vitest'
import { DecodingRoom } from '../../../../src/main/features/pictures/decodingRoom'

it('lets in as many pixels as there is room for, each in its turn, whatever becomes of the work', async () => {
  const room = new DecodingRoom(100e6)
  let taken = 0
  let most = 0
  const order: number[] = []
  const work = (megapixels: number) =>
    room.with({ width: megapixels * 1e3, height: 1e3 }, async () => {
      taken += megapixels
      most = Math.max(most, taken)
      order.push(megapixels)
      await new Promise((resolve) => setImmediate(resolve))
      taken -= megapixels
      if (megapixels === 70) throw new Error('damaged')
    })
  const all = await Promise.allSettled([60, 70, 157, 20, 30, 1, 157, 99].map(work))
  expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  // What is larger than the room has it for itself; what is small does not wait.
  expect(most).toBeLessThanOrEqual(157 + 1)
  expect(order.filter((megapixels) => megapixels !== 1)).toEqual([60, 70, 157, 20, 30, 157, 99])
  expect(order.indexOf(1)).toBeLessThan(3)
})
