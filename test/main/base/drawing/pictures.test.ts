import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { html, Markup } from '../../../../src/main/base/drawing/html'
import { fittingScale, imageGrid, toPng } from '../../../../src/main/base/drawing/imageGrid'
import { montagePng } from '../../../../src/main/base/drawing/montage'
import { outlineTexts, textWidth } from '../../../../src/main/base/drawing/svgText'

const clear = [0, 0, 0, 0]
const grey = (value: number) => [value, value, value, 255]

describe('imageGrid', () => {
  it('puts grey images side by side with transparent gaps', () => {
    const images = {
      pixels: new Uint8Array([1, 2, 3]),
      count: 3,
      shape: { height: 1, width: 1, channels: 1 as const },
    }
    const { rgba, width, height } = imageGrid(images, 2, 1)
    expect([width, height]).toEqual([3, 3])
    expect([...rgba]).toEqual([grey(1), clear, grey(2), clear, clear, clear, grey(3), clear, clear].flat())
  })

  it('keeps colours', () => {
    const images = {
      pixels: new Uint8Array([1, 2, 3, 4, 5, 6]),
      count: 1,
      shape: { height: 2, width: 1, channels: 3 as const },
    }
    expect([...imageGrid(images, 4, 2).rgba]).toEqual([1, 2, 3, 255, 4, 5, 6, 255])
  })

  it('enlarges pixels into squares', async () => {
    const png = await toPng({ rgba: Buffer.from([...grey(10), ...grey(200)]), width: 2, height: 1 }, 2)
    const { data, info } = await sharp(png)
      .greyscale()
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([4, 2])
    expect([...data]).toEqual([10, 10, 200, 200, 10, 10, 200, 200])
  })

  it('enlarges by whole numbers', () => {
    expect([fittingScale(358, 1600), fittingScale(5000, 1600)]).toEqual([4, 1])
  })
})

describe('montagePng', () => {
  it('draws titles and images on white', async () => {
    const images = {
      pixels: new Uint8Array(784).fill(0),
      count: 1,
      shape: { height: 28, width: 28, channels: 1 as const },
    }
    const png = await montagePng([
      { title: 'Original', images },
      { title: 'Reconstructed', images },
    ])
    const { data, info } = await sharp(png)
      .greyscale()
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const rows = Array.from({ length: info.height }, (_, y) =>
      data.subarray(y * info.width, (y + 1) * info.width),
    )
    const titles = rows.map((row) => Math.min(...row.subarray(0, 150)))
    expect(Math.min(...titles)).toBeLessThan(80)
    expect([...rows[0]!].every((value) => value === 255)).toBe(true)
    expect(rows[24 + 10]!.at(-30)).toBe(0)
    expect(rows[24 + 10]!.at(-20)).toBe(255)
  })
})

describe('outlineTexts', () => {
  const text = (content: string, attributes = '') =>
    `<text x="10" y="20" ${attributes} style="font-size:20px" fill="#123456">${content}</text>`

  it('draws letters as paths and keeps their colour', () => {
    expect(outlineTexts(text('a &lt; &amp;'))).toMatch(/^<path fill="#123456" d="M[^"]+"\/>$/)
  })

  it('anchors at the start, the middle and the end', () => {
    const leftmost = (anchor: string) => {
      const path = outlineTexts(text('HH', `text-anchor="${anchor}"`))
      return Math.min(...[...path.matchAll(/[ML](-?[\d.]+)/g)].map((match) => Number(match[1])))
    }
    const width = textWidth('HH', 20)
    expect(leftmost('start') - leftmost('middle')).toBeCloseTo(width / 2, 1)
    expect(leftmost('start') - leftmost('end')).toBeCloseTo(width, 1)
  })

  it('leaves text alone that the font cannot write', () => {
    expect(outlineTexts(text('数字'))).toBe(text('数字'))
  })

  it('draws every round letter whole', async () => {
    const ink = async (letter: string) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">${text(letter, 'stroke="none"')}</svg>`
      const { data } = await sharp(Buffer.from(outlineTexts(svg)))
        .extractChannel(3)
        .raw()
        .toBuffer({ resolveWithObject: true })
      return data.reduce((sum, alpha) => sum + alpha, 0)
    }
    const one = await ink('1')
    for (const digit of '0235689') expect(await ink(digit)).toBeGreaterThan(1.3 * one)
  })
})

describe('html', () => {
  it('escapes values, joins lists, drops null, and trusts markup', () => {
    const made = html`<p title="${'"&\''}">${['<', 1, null]}${new Markup('<b>')}${html`<i>${'>'}</i>`}</p>`
    expect(made.text).toBe('<p title="&quot;&amp;&#39;">&lt;1<b><i>&gt;</i></p>')
  })
})
