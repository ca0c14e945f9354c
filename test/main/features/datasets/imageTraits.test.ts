import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { traitsOf, traitsOfPlaces, traitsSide } from '../../../../src/main/features/datasets/imageTraits'
import { drawing, photograph, writePicture, writePictures } from '../../../support/drawnImages'
import { randomNumbers } from '../../../support/randomNumbers'
import { temporaryFolder } from '../../../support/testFolder'

const colors = [
  [20, 60, 200],
  [240, 180, 20],
]

describe('traits of pictures in a folder', () => {
  it('are those of drawings in grey', async () => {
    const folder = await writePictures(await temporaryFolder(), 8, (i) => drawing(i, { width: 28 }))
    const traits = await traitsOfPlaces([folder])
    expect(traits).toMatchObject({ images: 8, labels: 0, width: 28, height: 28, channels: 1 })
    expect(traits).toMatchObject({ kind: 'drawings', transparent: false, equal: false })
    expect(traits.components).toBeGreaterThan(1)
    expect(traits.components).toBeLessThan(8)
  })

  it('are those of drawings in colour, of pictures whose greys lie in three channels, and of both together', async () => {
    const folder = await temporaryFolder()
    const coloured = join(folder, 'coloured')
    await writePictures(coloured, 6, (i) => drawing(i, { width: 24, height: 32, colors }))
    const threeGreys = join(folder, 'grey')
    const greys = [
      [9, 9, 9],
      [200, 200, 200],
    ]
    await writePictures(threeGreys, 6, (i) => drawing(i, { width: 24, height: 32, colors: greys }))
    expect(await traitsOfPlaces([coloured])).toMatchObject({
      ...{ channels: 3, kind: 'drawings', width: 24, height: 32 },
    })
    expect(await traitsOfPlaces([threeGreys])).toMatchObject({ channels: 1, kind: 'drawings' })
    expect(await traitsOfPlaces([coloured, threeGreys])).toMatchObject({ images: 12, channels: 3 })
    // Their folders are their labels.
    expect((await traitsOfPlaces([folder])).labels).toBe(2)
  })

  it('are those of photographs, in colour and in grey', async () => {
    const folder = await temporaryFolder()
    const grey = join(folder, 'grey')
    await writePictures(grey, 5, (i) => photograph(i, 80, 70, 1))
    const coloured = join(folder, 'coloured')
    for (let i = 0; i < 5; i++) await writePicture(coloured, `${i}.jpg`, photograph(i, 120, 90))
    expect(await traitsOfPlaces([coloured])).toMatchObject({
      ...{ images: 5, channels: 3, kind: 'photographs', width: 120, height: 90, equal: false },
    })
    expect(await traitsOfPlaces([grey])).toMatchObject({ channels: 1, kind: 'photographs' })
  })

  it('go by what most of them are', async () => {
    const folder = await temporaryFolder()
    await writePictures(folder, 4, (i) => photograph(i, 70, 70))
    for (let i = 0; i < 5; i++) await writePicture(folder, `drawn${i}.png`, drawing(i, { width: 32 }))
    expect(await traitsOfPlaces([folder])).toMatchObject({ kind: 'drawings', channels: 3, width: 32 })
    for (let i = 4; i < 7; i++) await writePicture(folder, `${i}.png`, photograph(i, 70, 70))
    expect(await traitsOfPlaces([folder])).toMatchObject({ kind: 'photographs', width: 70 })
  })

  it('have the median of the sizes', async () => {
    const folder = await temporaryFolder()
    const sizes = [
      [10, 90],
      [20, 70],
      [30, 20],
      [40, 30],
      [500, 50],
    ] as const
    for (const [i, [width, height]] of sizes.entries())
      await writePicture(folder, `${i}.png`, drawing(i, { width, height }))
    expect(await traitsOfPlaces([folder])).toMatchObject({ width: 30, height: 50 })
  })

  it('say that all are the same', async () => {
    const copies = await writePictures(await temporaryFolder(), 4, () => drawing(3, { width: 28 }))
    expect(await traitsOfPlaces([copies])).toMatchObject({ images: 4, equal: true, components: 0 })
    await writePicture(copies, 'another.png', drawing(4, { width: 28 }))
    expect(await traitsOfPlaces([copies])).toMatchObject({ images: 5, equal: false, components: 1 })
  })

  it('say of a single picture that it is like itself', async () => {
    const folder = await writePictures(await temporaryFolder(), 1, (i) => photograph(i, 64, 64))
    expect(await traitsOfPlaces([folder])).toMatchObject({ images: 1, equal: true, components: 0 })
  })

  it('say whether there is transparency', async () => {
    const folder = await writePictures(await temporaryFolder(), 3, (i) => drawing(i, { width: 20 }))
    expect((await traitsOfPlaces([folder])).transparent).toBe(false)
    const through = [
      [0, 0, 0, 0],
      [250, 40, 40, 255],
    ]
    await writePicture(folder, 'sprite.png', drawing(9, { width: 20, colors: through }))
    expect((await traitsOfPlaces([folder])).transparent).toBe(true)
  })

  it('are measured beside a file that is broken', async () => {
    const folder = await writePictures(await temporaryFolder(), 5, (i) => drawing(i, { width: 28 }))
    const whole = await traitsOfPlaces([folder])
    // It begins like a PNG, and ends there.
    await writeFile(join(folder, '2b.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'))
    expect(await traitsOfPlaces([folder])).toEqual(whole)
  })

  it('are refused where no picture can be read, or there is none', async () => {
    const folder = await temporaryFolder()
    await expect(traitsOfPlaces([folder])).rejects.toThrow(/no image/i)
    await writeFile(join(folder, 'broken.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'))
    await expect(traitsOfPlaces([folder])).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('broken.png'),
    })
    await expect(traitsOfPlaces([join(folder, 'nowhere')])).rejects.toThrow(/nowhere/)
  })
})

describe('components', () => {
  /** Images of the compared size in grey. */
  const image = (valueAt: (x: number, y: number) => number) =>
    Uint8Array.from({ length: traitsSide * traitsSide * 3 }, (_, i) => {
      const at = Math.floor(i / 3)
      return valueAt(at % traitsSide, Math.floor(at / traitsSide))
    })
  const traits = (pixels: Uint8Array[]) =>
    traitsOf({ pixels, widths: pixels.map(() => 64), heights: pixels.map(() => 64) })

  it('are as many as there are independent differences', () => {
    const random = randomNumbers(1)
    const shades = Array.from({ length: 20 }, () => 200 * random())
    expect(traits(shades.map((shade) => image(() => shade))).components).toBe(1)
    const quarters = Array.from({ length: 30 }, () => [0, 1, 2, 3].map(() => 200 * random()))
    const quartered = quarters.map((tones) => image((x, y) => tones[2 * Number(y > 31) + Number(x > 31)]!))
    expect(traits(quartered).components).toBe(4)
  })
})
