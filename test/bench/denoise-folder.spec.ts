import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Sharp } from 'sharp'
import { expect, type Page, test } from '@playwright/test'
import { serve, type ServedApp } from '../e2e/support/servedApp'
import { root } from '../support/requirements'
import { noisyPicture } from '../support/noisyPicture'
import { openPhotos, pageBytes, report } from './support'

/** HOURGLASS_PICTURES=100 for a long one: on two cores a picture in grey takes 12 s, one in colour 30. */
const count = Number(process.env.HOURGLASS_PICTURES ?? 5)
/** HOURGLASS_CHANNELS=3 for colour. */
const channels = process.env.HOURGLASS_CHANNELS === '3' ? 3 : 1
/** HOURGLASS_FORMAT=progressive, png, webp, avif or tiff for pictures of another kind. */
const format = process.env.HOURGLASS_FORMAT ?? 'jpeg'
const extension = { jpeg: 'jpg', progressive: 'jpg', tiff: 'tif' }[format] ?? format
const size = { width: 4000, height: 3000 }
const hours = 3_600_000

/**
 * Planes that the model is applied to for each picture. Of one in colour there are three, and differences of colours as noisy
 * as these are restored at half the size too, which is half a plane more, unless the file has them at half the size anyway.
 */
const planes = channels === 1 ? 1 : ['png', 'avif', 'tiff'].includes(format) ? 3.5 : 3

/** Of the built-in model alone, on pixels that are in memory. */
async function bareSpeed(): Promise<number> {
  const model = channels === 1 ? 'builtin:grey' : 'builtin:color'
  const asked = ['--json', 'bench', 'denoise', '--model', model, '--rounds', '3']
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'out/main/cli.js'), ...asked])
  const { megapixelsPerSecond } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    megapixelsPerSecond: number
  }
  return megapixelsPerSecond / planes
}

function encode(picture: Sharp): Sharp {
  switch (format) {
    case 'jpeg':
      return picture.jpeg({ quality: 95 })
    case 'progressive':
      return picture.jpeg({ quality: 95, progressive: true })
    case 'png':
    case 'webp':
      return picture.toFormat(format)
    case 'tiff':
      return picture.tiff({ compression: 'lzw' })
    case 'avif':
      return picture.avif({ quality: 88, effort: 0, chromaSubsampling: '4:4:4' })
    default:
      throw new Error(`HOURGLASS_FORMAT=${format} is none of jpeg, progressive, png, webp, avif and tiff.`)
  }
}

/** In MB: what it has now, or the most that it ever had. Linux only. */
async function memoryOf(app: ServedApp, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${app.process.pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) / 1024
}

test(`${count} pictures of 12 megapixels`, async ({ page }, info) => {
  test.setTimeout(3 * hours)
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-bench-'))
  const photos = join(folder, 'files/photos')
  await mkdir(photos, { recursive: true })
  const first = join(photos, `photo-0.${extension}`)
  await encode(noisyPicture({ ...size, channels })).toFile(first)
  for (let i = 1; i < count; i++) await copyFile(first, join(photos, `photo-${i}.${extension}`))
  const bare = await bareSpeed()
  const app = await serve({ home: join(folder, 'home'), roots: [join(folder, 'files')] })
  try {
    await page.goto(app.address)
    // One picture is looked at meanwhile, so that the runtime is loaded and idle before it begins.
    await openPhotos(page)
    const save = page.getByRole('button', { name: `Save all ${count}` })
    await save.waitFor()
    const idle = await memoryOf(app, 'VmRSS')
    const session = await page.context().newCDPSession(page)

    await save.click()
    await page.waitForTimeout(5000)
    const stopped = await untilStopped(page)
    report(info, 'Stop', `${stopped.toFixed(0)} ms`, '< 300 ms', stopped < 300)

    const startedAt = performance.now()
    await save.click()
    let ofPage = 0
    while ((await results(photos)) < count) {
      ofPage = Math.max(ofPage, (await pageBytes(session)) / 2 ** 20)
      // A collection is itself work, and the page makes next to nothing in that time.
      for (let i = 0; i < 20 && (await results(photos)) < count; i++) await page.waitForTimeout(500)
    }
    const seconds = (performance.now() - startedAt) / 1000
    const speed = (count * size.width * size.height) / 1e6 / seconds
    const peak = (await memoryOf(app, 'VmHWM')) - idle
    const name = `${count} pictures of 12 megapixels`
    report(info, `${name}: megapixels a second`, speed.toFixed(2), 'any', true)
    report(info, `${name}: memory beyond the idle app`, `${peak.toFixed(0)} MB`, '< 1500 MB', peak < 1500)
    report(info, `${name}: the page`, `${ofPage.toFixed(0)} MB`, '< 500 MB', ofPage < 500)
    // What is looked at is restored again now.
    await app.stop()
    const share = speed / ((bare + (await bareSpeed())) / 2)
    report(info, `${name}: of the bare model`, `${(100 * share).toFixed(0)} %`, '>= 90 %', share >= 0.9)
  } finally {
    await app.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})

async function untilStopped(page: Page): Promise<number> {
  const stop = page.getByRole('button', { name: 'Stop', exact: true })
  await stop.evaluate((button) => {
    const gone = new Promise<number>((resolve) => {
      button.addEventListener('click', () => {
        const clickedAt = performance.now()
        const look = () => (button.isConnected ? setTimeout(look, 4) : resolve(performance.now() - clickedAt))
        look()
      })
    })
    Object.assign(globalThis, { gone })
  })
  await stop.click()
  await expect(stop).toBeHidden({ timeout: 60_000 })
  return page.evaluate(() => (globalThis as unknown as { gone: Promise<number> }).gone)
}

const results = async (photos: string): Promise<number> =>
  (await readdir(photos)).filter((name) => name.endsWith(`-denoised.${extension}`)).length
