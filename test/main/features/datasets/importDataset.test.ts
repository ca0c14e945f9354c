import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import { bmp, greyPng, greyTiff } from '../../../support/imageBytes'
import { importAndRead } from '../../../support/importing'
import { temporaryFolder } from '../../../support/testFolder'

let folder: string
let out: string
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'photos')
  out = join(await temporaryFolder(), 'dataset')
  await mkdir(folder)
})

async function put(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
}

function plain(color: string, width = 40, height = 30) {
  return sharp({ create: { width, height, channels: 4, background: color } })
}

function about(value: number, tolerance = 3) {
  return expect.toSatisfy((actual: number) => Math.abs(actual - value) <= tolerance)
}

describe('formats', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const)('reads %s', async (format) => {
    await put(`image.${format}`, await plain('#c86432').removeAlpha()[format]().toBuffer())
    const { rowOf, info, items } = await importAndRead(
      { sources: [folder], out },
      { width: 8, height: 6, color: 'rgb' },
    )
    expect(info).toMatchObject({ count: 1, width: 8, height: 6, channels: 3, labels: [], skipped: [] })
    expect(items[0]).toMatchObject({ path: `image.${format}`, width: 40, height: 30, label: null })
    expect(rowOf(`image.${format}`).slice(0, 3)).toEqual([about(200, 6), about(100, 6), about(50, 6)])
  })

  it('goes by content, whatever the name says', async () => {
    await put('really-a-jpeg.png', await plain('#ffffff').jpeg().toBuffer())
    await put('no-extension', await plain('#ffffff').png().toBuffer())
    const { info } = await importAndRead({ sources: [folder], out })
    expect(info).toMatchObject({ count: 2, skipped: [] })
  })

  it('passes an image of the right size bit for bit', async () => {
    const grey = Buffer.from(Array.from({ length: 784 }, (_, i) => (i * 37) % 256))
    const rgb = Buffer.from(Array.from({ length: 784 * 3 }, (_, i) => (i * 53) % 256))
    const raw = { width: 28, height: 28 }
    await put('grey.png', greyPng(28, 28, 8, grey))
    await put(
      'rgb.png',
      await sharp(rgb, { raw: { ...raw, channels: 3 } })
        .png()
        .toBuffer(),
    )
    const asGrey = await importAndRead({ sources: [folder], out })
    expect(asGrey.rowOf('grey.png')).toEqual([...grey])
    const asRgb = await importAndRead({ sources: [folder], out }, { color: 'rgb' })
    expect(asRgb.rowOf('rgb.png')).toEqual([...rgb])
    expect(asRgb.rowOf('grey.png')).toEqual([...grey].flatMap((value) => [value, value, value]))
  })

  it('turns photos upright', async () => {
    const halves = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#ffffff' } })
      .composite([{ input: await plain('#000000', 20, 20).png().toBuffer(), left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    await put('turned.jpg', halves)
    const { rowOf, items } = await importAndRead({ sources: [folder], out }, { width: 4, height: 8 })
    expect(items[0]).toMatchObject({ width: 20, height: 40 })
    // What was black on the left is now black at the top.
    expect(rowOf('turned.jpg').slice(0, 4)).toEqual([about(0, 8), about(0, 8), about(0, 8), about(0, 8)])
    expect(rowOf('turned.jpg').slice(28)).toEqual([
      about(255, 8),
      about(255, 8),
      about(255, 8),
      about(255, 8),
    ])
  })

  it('converts CMYK and wide gamuts', async () => {
    const cmyk = await plain('#ff0000').removeAlpha().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    await put('cmyk.jpg', cmyk)
    await put('p3.png', await plain('#00ff00').removeAlpha().withIccProfile('p3').png().toBuffer())
    const { rowOf } = await importAndRead({ sources: [folder], out }, { width: 1, height: 1, color: 'rgb' })
    expect(rowOf('cmyk.jpg')).toEqual([about(235, 25), about(0, 40), about(0, 40)])
    expect(rowOf('p3.png')).toEqual([about(0), about(255), about(0)])
  })

  it('scales 16 bits and wider values to 8', async () => {
    const sixteen = Buffer.alloc(32)
    for (let i = 0; i < 16; i++) sixteen.writeUInt16BE(32_768, 2 * i)
    await put('16.png', greyPng(4, 4, 16, sixteen))
    await put('16.tiff', greyTiff(4, 4, 16, 1, new Uint16Array(16).fill(32_768)))
    await put('float-0-1.tiff', greyTiff(4, 4, 32, 3, new Float32Array(16).fill(0.5)))
    await put('float-0-255.tiff', greyTiff(4, 4, 32, 3, new Float32Array(16).fill(200)))
    await put(
      'float-wide.tiff',
      greyTiff(
        4,
        4,
        32,
        3,
        Float32Array.from({ length: 16 }, (_, i) => (i < 8 ? -5 : 5)),
      ),
    )
    const { rowOf, info } = await importAndRead({ sources: [folder], out }, { width: 4, height: 4 })
    expect(info.skipped).toEqual([])
    expect(rowOf('16.png')[0]).toBe(128)
    expect(rowOf('16.tiff')[0]).toBe(128)
    expect(rowOf('float-0-1.tiff')[0]).toBe(128)
    expect(rowOf('float-0-255.tiff')[0]).toBe(200)
    expect(rowOf('float-wide.tiff')).toEqual([...Array<number>(8).fill(0), ...Array<number>(8).fill(255)])
  })

  it('lets the background show through transparent pixels', async () => {
    const halfTransparent = plain('rgba(255, 255, 255, 0.5)')
    await put('rgba.png', await halfTransparent.clone().png().toBuffer())
    await put('rgba.webp', await halfTransparent.clone().webp({ lossless: true }).toBuffer())
    await put('grey-alpha.png', await halfTransparent.clone().toColourspace('b-w').png().toBuffer())
    const settings = { width: 2, height: 2, background: '#ff0000' } as const
    const rgb = await importAndRead({ sources: [folder], out }, { ...settings, color: 'rgb' })
    const grey = await importAndRead({ sources: [folder], out }, settings)
    for (const path of ['rgba.png', 'rgba.webp', 'grey-alpha.png']) {
      expect(rgb.rowOf(path).slice(0, 3)).toEqual([about(255), about(127), about(127)])
      expect(grey.rowOf(path)[0]).toEqual(about(191))
    }
  })

  it('takes the first frame of an animation and the colours of a palette', async () => {
    const frames = Buffer.concat([Buffer.alloc(300, 255), Buffer.alloc(300, 0)])
    const raw = { width: 10, height: 20, channels: 3, pageHeight: 10 } as const
    await put(
      'moving.gif',
      await sharp(frames, { raw })
        .gif({ delay: [100, 100] })
        .toBuffer(),
    )
    await put('palette.png', await plain('#ff8000').png({ palette: true }).toBuffer())
    const { rowOf, items } = await importAndRead(
      { sources: [folder], out },
      { width: 1, height: 1, color: 'rgb' },
    )
    expect(items[0]).toMatchObject({ path: 'moving.gif', width: 10, height: 10 })
    expect(rowOf('moving.gif')).toEqual([255, 255, 255])
    expect(rowOf('palette.png')).toEqual([about(255), about(128), about(0)])
  })

  it('reads BMP of all depths, also of odd width and top row first', async () => {
    const black = [0, 0, 0, 0]
    const white = [255, 255, 255, 0]
    const palette = Buffer.from([...black, ...white])
    // Three pixels a row: white, black, white at the top; black, white, black below.
    await put('1.bmp', bmp(3, 2, 1, Buffer.from([0x40, 0, 0, 0, 0xa0, 0, 0, 0]), palette))
    await put('4.bmp', bmp(3, 2, 4, Buffer.from([0x01, 0x00, 0, 0, 0x10, 0x10, 0, 0]), palette))
    await put('8.bmp', bmp(3, 2, 8, Buffer.from([0, 1, 0, 0, 1, 0, 1, 0]), palette))
    await put('8-topdown.bmp', bmp(3, -2, 8, Buffer.from([1, 0, 1, 0, 0, 1, 0, 0]), palette))
    await put(
      '16.bmp',
      bmp(3, 2, 16, Buffer.from([0, 0, 255, 127, 0, 0, 0, 0, 255, 127, 0, 0, 255, 127, 0, 0])),
    )
    const w = [255, 255, 255]
    const b = [0, 0, 0]
    await put('24.bmp', bmp(3, 2, 24, Buffer.from([...b, ...w, ...b, 0, 0, 0, ...w, ...b, ...w, 0, 0, 0])))
    await put('32.bmp', bmp(3, 2, 32, Buffer.from([black, white, black, white, black, white].flat())))
    const { rowOf, items, info } = await importAndRead({ sources: [folder], out }, { width: 3, height: 2 })
    expect(info.skipped).toEqual([])
    expect(items).toHaveLength(7)
    for (const { path } of items) expect([path, ...rowOf(path)]).toEqual([path, 255, 0, 255, 0, 255, 0])
  })
})

describe('what is left out', () => {
  it('says why, file by file, and reads the rest', async () => {
    const jpeg = await sharp({
      create: {
        width: 300,
        height: 200,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    })
      .jpeg()
      .toBuffer()
    const png = greyPng(64, 64, 8, Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * i) % 251)))
    await put('good.jpg', jpeg)
    await put('bad/cut-off.jpg', jpeg.subarray(0, jpeg.length / 2))
    await put('bad/cut-off.png', png.subarray(0, png.length / 2))
    await put('bad/empty.png', '')
    await put('bad/huge.png', greyPng(30_000, 30_000, 1, Buffer.alloc(3750 * 30_000)))
    await put('bad/text.png', 'These are words.\n')
    await put('bad/raw.nef', Buffer.from('MM\0*'))
    await put('bad/phone.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heic', 'latin1'))
    await put('bad/layers.psd', '8BPS')
    await put('captions/a.txt', 'a')
    await put('captions/b.txt', 'b')
    await put('readme.md', '# Photos')
    await put('.DS_Store', 'hidden')
    await put('Thumbs.db', 'clutter')
    const { info } = await importAndRead({ sources: [folder], out })
    expect(info.count).toBe(1)
    const reasons = Object.fromEntries(info.skipped.map(({ path, reason }) => [path, reason]))
    expect(reasons).toEqual({
      'bad/cut-off.jpg': expect.stringContaining('cut off'),
      'bad/cut-off.png': expect.stringContaining('cut off'),
      'bad/empty.png': 'The file is empty.',
      'bad/huge.png': expect.stringMatching(/30000 × 30000 pixels are more than the 200 megapixels/),
      'bad/text.png': expect.stringContaining('text, not an image'),
      'bad/raw.nef': expect.stringContaining('LibRaw cannot decode this raw file'),
      'bad/phone.heic': expect.stringContaining('damaged'),
      'bad/layers.psd': 'It is a PSD file, which Hourglass does not read. Export it as TIFF or PNG.',
      '*.txt': '2 files that are not images.',
      'readme.md': 'It is not an image.',
    })
  })

  it('takes a picture once that a camera has left as a raw file and as JPEG', async () => {
    await put('a/1.nef', Buffer.from('MM\0*'))
    await put('a/1.jpg', await plain('#fff').jpeg().toBuffer())
    await put('b/1.NEF', Buffer.from('MM\0*'))
    const { items, info } = await importAndRead({ sources: [folder], out })
    expect(items.map((item) => item.path)).toEqual(['a/1.jpg'])
    expect(info.skipped).toEqual(
      expect.arrayContaining([
        { path: 'a/1.nef', reason: expect.stringContaining('in another format too') },
        { path: 'b/1.NEF', reason: expect.stringContaining('LibRaw') },
      ]),
    )
  })

  it('ends in a folder whose links lead in a circle, and follows other links once', async () => {
    await put('a/1.png', await plain('#fff').png().toBuffer())
    await symlink('..', join(folder, 'a', 'up'))
    await symlink(join(folder, 'a'), join(folder, 'b'))
    await symlink('nowhere.png', join(folder, 'broken.png'))
    const { items, info } = await importAndRead({ sources: [folder], out })
    expect(items.map((item) => item.path)).toEqual(['a/1.png'])
    expect(info.skipped).toEqual([{ path: 'broken.png', reason: 'It is a link that leads nowhere.' }])
  })

  it('makes no dataset of nothing', async () => {
    await put('notes.txt', 'words')
    await expect(importAndRead({ sources: [folder], out })).rejects.toMatchObject({ code: 'bad-input' })
    await put('text.png', 'words')
    await expect(importAndRead({ sources: [folder], out })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('text.png'),
    })
    await expect(importAndRead({ sources: [join(folder, 'missing')], out })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(readdir(out)).rejects.toThrow('ENOENT')
  })
})

describe('options', () => {
  it('labels by folder, unless all images lie in one', async () => {
    for (const path of ['train/10/a.png', 'train/2/b.png', 'test/2/c.png'])
      await put(path, await plain('#fff').png().toBuffer())
    const { info, items } = await importAndRead({ sources: [folder], out })
    expect(info.labels).toEqual(['2', '10'])
    expect(items.map(({ path, label }) => [path, label])).toEqual([
      ['test/2/c.png', '2'],
      ['train/2/b.png', '2'],
      ['train/10/a.png', '10'],
    ])
    const flat = await importAndRead({ sources: [join(folder, 'train/2')], out })
    expect(flat.info.labels).toEqual([])
    const several = await importAndRead({ sources: [join(folder, 'train/2'), join(folder, 'train/10')], out })
    expect(several.info.labels).toEqual(['2', '10'])
    const unlabelled = await importAndRead({ sources: [folder], out }, { labels: 'none' })
    expect(unlabelled.info.labels).toEqual([])
  })

  it('covers, contains and stretches', async () => {
    // Black with a white right half, twice as wide as high.
    const white = await plain('#ffffff', 20, 20).png().toBuffer()
    await put(
      'wide.png',
      await plain('#000000', 40, 20)
        .composite([{ input: white, left: 20, top: 0 }])
        .png()
        .toBuffer(),
    )
    const size = { width: 4, height: 4 }
    const cover = await importAndRead({ sources: [folder], out }, { ...size, fit: 'cover' })
    const contain = await importAndRead(
      { sources: [folder], out },
      { ...size, fit: 'contain', background: '#808080' },
    )
    const stretch = await importAndRead({ sources: [folder], out }, { ...size, fit: 'stretch' })
    expect(cover.rowOf('wide.png').map((v) => v > 127)).toEqual(
      [0, 1, 2, 3].flatMap(() => [false, false, true, true]),
    )
    expect(stretch.rowOf('wide.png').map((v) => v > 127)).toEqual(
      [0, 1, 2, 3].flatMap(() => [false, false, true, true]),
    )
    expect(contain.rowOf('wide.png').slice(0, 4)).toEqual([128, 128, 128, 128])
    expect(contain.rowOf('wide.png').slice(12)).toEqual([128, 128, 128, 128])
    expect(
      contain
        .rowOf('wide.png')
        .slice(4, 8)
        .map((v) => v > 127),
    ).toEqual([false, false, true, true])
  })

  it('contains a grey image on a coloured background', async () => {
    await put('grey.png', greyPng(4, 2, 8, Buffer.alloc(8, 90)))
    const settings = { width: 4, height: 4, color: 'rgb', fit: 'contain', background: '#ff0010' } as const
    const { rowOf } = await importAndRead({ sources: [folder], out }, settings)
    expect(rowOf('grey.png').slice(0, 3)).toEqual([255, 0, 16])
    expect(rowOf('grey.png').slice(12, 15)).toEqual([90, 90, 90])
  })

  it('cuts patches on a grid', async () => {
    await put('field.png', greyPng(5, 4, 8, Buffer.from(Array.from({ length: 20 }, (_, i) => i))))
    const { items, pixels } = await importAndRead(
      { sources: [folder], out },
      { width: 2, height: 2, patches: { mode: 'grid' } },
    )
    expect(items.map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [2, 0],
      [0, 2],
      [2, 2],
    ])
    expect([...pixels]).toEqual([0, 1, 5, 6, 2, 3, 7, 8, 10, 11, 15, 16, 12, 13, 17, 18])
  })

  it('cuts random patches that depend on the seed and the path only', async () => {
    const field = greyPng(40, 40, 8, Buffer.from(Array.from({ length: 1600 }, (_, i) => i % 251)))
    await put('m.png', field)
    await put('small.png', greyPng(4, 4, 8, Buffer.alloc(16)))
    const settings = { width: 8, height: 8, patches: { mode: 'random', count: 5 }, seed: 7 } as const
    const alone = await importAndRead({ sources: [folder], out }, settings)
    expect(alone.info.count).toBe(5)
    expect(alone.info.skipped).toEqual([
      { path: 'small.png', reason: expect.stringContaining('smaller than a patch') },
    ])
    await put('a.png', field)
    const corners = (items: typeof alone.items, path: string) =>
      items.filter((item) => item.path === path).map(({ left, top }) => [left, top])
    const together = await importAndRead({ sources: [folder], out }, settings)
    expect(corners(together.items, 'm.png')).toEqual(corners(alone.items, 'm.png'))
    expect(corners(together.items, 'a.png')).not.toEqual(corners(alone.items, 'm.png'))
    const otherwise = await importAndRead({ sources: [folder], out }, { ...settings, seed: 8 })
    expect(corners(otherwise.items, 'm.png')).not.toEqual(corners(alone.items, 'm.png'))
    const [first] = together.items
    expect(together.pixels[0]).toBe((first!.top! * 40 + first!.left!) % 251)
  })

  it('spreads a limit over all folders and past files that are no images', async () => {
    for (let i = 0; i < 10; i++) {
      for (const label of ['a', 'b', 'c']) await put(`${label}/${i}.png`, greyPng(1, 1, 8, Buffer.of(i)))
      await put(`a/${i}-damaged.png`, 'words')
    }
    const { info, items } = await importAndRead({ sources: [folder], out }, { limit: 8 })
    expect(info.count).toBe(8)
    expect(new Set(items.map((item) => item.label))).toEqual(new Set(['a', 'b', 'c']))
    const patches = await importAndRead(
      { sources: [folder], out },
      { limit: 7, width: 1, height: 1, patches: { mode: 'random', count: 3 } },
    )
    expect(patches.info.count).toBe(7)
  })

  it('takes single files and keeps the natural order', async () => {
    for (const i of [10, 9, 1]) await put(`${i}.png`, greyPng(1, 1, 8, Buffer.of(i)))
    const sources = [10, 9, 1].map((i) => join(folder, `${i}.png`))
    const { items, pixels } = await importAndRead({ sources, out }, { width: 1, height: 1 })
    expect(items.map((item) => item.path)).toEqual(['1.png', '9.png', '10.png'])
    expect([...pixels]).toEqual([1, 9, 10])
  })
})
