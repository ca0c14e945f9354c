import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeReport } from '../../../../src/main/cli/report/report'
import { bareReport, fullReport } from './reportSample'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'report-'))))
afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, data: ReturnType<typeof fullReport>) {
  const out = join(folder, name)
  const written = await writeReport({ out, ...data })
  return { out, written, page: await readFile(join(out, 'report.html'), 'utf8') }
}

describe('writeReport', () => {
  it('writes the page and its pictures into a new folder, and says which', async () => {
    const { out, written } = await write('new/full', fullReport())
    const names = ['first-layer', 'latent', 'loss', 'psnr', 'reconstructions', 'variance'].map(
      (name) => `${name}.png`,
    )
    expect(basename(written[0]!)).toBe('report.html')
    expect((await readdir(out)).sort()).toEqual([...names, 'report.html'].sort())
    expect(written.map((path) => basename(path)).sort()).toEqual([...names, 'report.html'].sort())
    for (const name of names) expect((await sharp(join(out, name)).metadata()).format).toBe('png')
  })

  it('makes a page that loads nothing from elsewhere', async () => {
    const { page } = await write('alone', fullReport())
    const sources = [...page.matchAll(/(?:src|srcset|href)="([^"]{0,11})/g)].map((match) => match[1])
    expect(sources.length).toBeGreaterThan(8)
    expect(new Set(sources)).toEqual(new Set(['data:image/']))
    expect(page).not.toMatch(/url\(|@import|https?:/)
    expect(page).toContain('default-src &#39;none&#39;')
  })

  it('escapes what people named', async () => {
    const { page } = await write('escaped', fullReport())
    expect(page).not.toContain('<script')
    expect(page).toContain('Letters &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;')
    expect(page).toContain('/data/&lt;letters&gt;')
    expect(page).toContain('--out &lt;folder&gt;')
  })

  it('tells the figures', async () => {
    const { page } = await write('figures', fullReport())
    const text = page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    for (const figure of [
      '0.00861',
      '14.8 → 20.5 dB',
      '+5.7 dB',
      '44 %',
      '90 values fewer',
      '60,002 /s',
      'Time 5 s',
    ]) {
      expect(text).toContain(figure)
    }
    expect(text).toContain('16 → 5 → 2 → 5 → 16')
    expect(text).toContain('dense, 5, relu; dense, 2, relu')
    expect(text).toContain('gaussian:25 noise')
    expect(text).toContain('The widths were scaled.')
    expect(text).toMatch(
      /Did tying cost anything\?.*The noisy image – 0.0385 14.76 dB Tied 113 0.00861 20.50 dB/,
    )
  })

  it('leaves out what there is not', async () => {
    const { out, page } = await write('bare', bareReport())
    expect(await readdir(out)).toEqual(['report.html'])
    expect(page).not.toContain('<img')
    expect(page).not.toContain('PSNR')
    expect(page).not.toMatch(/undefined|null|NaN/)
  })

  it('takes a run without noise and without held-out images', async () => {
    const full = fullReport()
    const epochs = full.epochs.map((metrics) => ({ ...metrics, valLoss: null, psnr: null, ssim: null }))
    const samples = { ...full.samples!, noisy: null }
    const { out, page } = await write('plain', { ...full, epochs, samples, heldOut: null })
    expect(await readdir(out)).not.toContain('psnr.png')
    expect(page).toContain('nothing held out')
    expect(page).not.toContain('Noisy')
  })

  it('says that the folder cannot be made', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    await expect(writeReport({ out: join(file, 'report'), ...bareReport() })).rejects.toMatchObject({
      name: 'ExpectedError',
    })
  })
})
