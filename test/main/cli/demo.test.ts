import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DemoSummary } from '../../../src/main/cli/demo/runDemo'
import { tyingVerdict } from '../../../src/main/cli/demo/demoReport'
import { readCodesCsv } from '../../../src/main/store/csv'
import { finished, hourglass, records, startHourglass } from '../../support/commandLine'

let folder: string
let out: string
let summary: DemoSummary
let lines: Record<string, unknown>[]

const demo = (...more: string[]) => hourglass('demo', '--count', '360', '--epochs', '6', '--json', ...more)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-demo-'))
  out = join(folder, 'demo')
  const said = await demo('--out', out)
  expect(said).toMatchObject({ code: 0, stderr: '' })
  lines = records(said)
  summary = lines.at(-1) as unknown as DemoSummary
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('demo', () => {
  it('leaves a page, its pictures, codes, runs and a model', async () => {
    const pictures = ['reconstructions', 'latent', 'loss', 'psnr', 'variance', 'first-layer']
    for (const name of ['report.html', 'codes.csv', 'spec.json', ...pictures.map((name) => `${name}.png`)])
      expect((await stat(join(out, name))).size, name).toBeGreaterThan(100)
    for (const tying of ['tied', 'untied'])
      expect(existsSync(join(out, 'runs', tying, 'model', 'weights.safetensors'))).toBe(true)
    const { count, dimensions, labels } = await readCodesCsv(join(out, 'codes.csv'))
    expect({ count, dimensions, labels: new Set(labels).size }).toEqual({
      count: 120,
      dimensions: 64,
      labels: 36,
    })
  })

  it('finds figures that can be true', () => {
    const { tied, untied, pca, noisy, trainedValues } = summary
    expect(summary).toMatchObject({ report: join(out, 'report.html'), dimensions: 64, device: 'cpu' })
    expect(trainedValues).toEqual({ tied: 436_048, untied: 870_224 })
    expect(tied.noisyPsnr).toBeCloseTo(noisy.psnr, 3)
    // Sigma 50 is (50 / 255)² of squared error.
    expect(noisy.loss).toBeCloseTo((50 / 255) ** 2, 2)
    for (const { loss, psnr } of [tied, untied, pca]) {
      expect(loss).toBeLessThan(noisy.loss)
      expect(psnr).toBeGreaterThan(10)
      expect(psnr).toBeLessThan(25)
    }
    expect(summary.samplesPerSecond).toBeGreaterThan(0)
  })

  it('says with --json what it does: each step, each epoch, the end', () => {
    const steps = lines.filter(({ type }) => type === 'step').map(({ step }) => step)
    expect(steps).toEqual([
      'drawing',
      'importing',
      'training tied',
      'training untied',
      'measuring',
      'encoding',
      'mapping',
    ])
    expect(lines.filter(({ type }) => type === 'epoch')).toHaveLength(12)
    expect(lines.at(-1)).toMatchObject({ type: 'done', out })
  })

  it('makes a page that tells all of it and loads nothing', async () => {
    const page = await readFile(join(out, 'report.html'), 'utf8')
    const sources = [...page.matchAll(/(?:src|srcset|href)="([^"]{0,11})/g)].map((match) => match[1])
    expect(new Set(sources)).toEqual(new Set(['data:image/']))
    expect(page).not.toMatch(/<script|url\(|@import|https?:/)
    const text = page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    for (const words of [
      'Letters out of noise',
      'Did tying the weights cost anything?',
      'The latent space',
      'UMAP',
      '436,048',
      '870,224',
      summary.tied.psnr.toFixed(2),
      summary.pca.psnr.toFixed(2),
      `decode ${join(out, 'runs', 'tied')}`,
    ])
      expect(text).toContain(words)
    expect(text).not.toMatch(/undefined|NaN/)
  })
})

describe('demo again', () => {
  it('gives up between steps when interrupted, and starts over in what it left', async () => {
    const place = join(folder, 'interrupted')
    const child = startHourglass('demo', '--out', place, '--count', '360', '--json')
    const end = finished(child)
    for (let said = ''; !said.includes('"epoch"');) said += String(await once(child.stdout!, 'data'))
    child.kill('SIGINT')
    expect(await end).toMatchObject({ code: 130, stderr: expect.stringContaining('The demo was stopped.') })
    expect(existsSync(join(place, 'report.html'))).toBe(false)
    await writeFile(join(place, 'notes.txt'), 'mine')
    // Fewer letters than a map by UMAP needs.
    const again = await hourglass('demo', '--out', place, '--count', '36', '--epochs', '1')
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/Done in [\s\S]*report\.html/) })
    expect(await readFile(join(place, 'report.html'), 'utf8')).toContain('by principal components')
    expect(await readFile(join(place, 'notes.txt'), 'utf8')).toBe('mine')
  })

  it('leaves the folder of somebody else alone', async () => {
    const foreign = join(folder, 'foreign')
    await mkdir(foreign)
    await writeFile(join(foreign, 'report.html'), 'mine')
    const said = await demo('--out', foreign)
    expect(said).toMatchObject({ code: 3, stderr: expect.stringContaining('holds no earlier demo') })
    expect(await readFile(join(foreign, 'report.html'), 'utf8')).toBe('mine')
  })
})

it('says of tying what the figures say', () => {
  const verdict = (tied: number, untied: number) =>
    tyingVerdict({ tied: { psnr: tied }, untied: { psnr: untied } })
  expect(verdict(22.5, 22.45)).toMatch(/^No\..* come out even \(0\.05 dB apart\)\.$/)
  expect(verdict(22.5, 21.5)).toMatch(/^No\..* stay 1\.00 dB behind\.$/)
  expect(verdict(21.5, 22.5)).toMatch(/^A little\..* are 1\.00 dB ahead\.$/)
})
