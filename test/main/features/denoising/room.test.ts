import { expect, it } from 'vitest'
import { Room } from '../../../../src/main/features/denoising/room'

it('lets in what has room beside the others, and what is too large alone', async () => {
  const room = new Room(40)
  const inside: string[] = []
  const enter = async (name: string, size: number) => {
    const leave = await room.enter(size)
    inside.push(name)
    return () => {
      inside.splice(inside.indexOf(name), 1)
      leave()
    }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const [a, b] = await Promise.all([enter('a', 12), enter('b', 12)])
  const large = enter('large', 90)
  const c = await enter('c', 16)
  await settled()
  expect(inside).toEqual(['a', 'b', 'c'])
  a()
  c()
  await settled()
  expect(inside).toEqual(['b'])
  b()
  const leaveLarge = await large
  const last = enter('last', 1)
  await settled()
  expect(inside).toEqual(['large'])
  leaveLarge()
  await last
  expect(inside).toEqual(['last'])
})
