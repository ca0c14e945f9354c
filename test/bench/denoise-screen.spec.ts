import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type Page } from '@playwright/test'
import { serve } from '../e2e/support/servedApp'
import { noisyPicture } from '../support/noisyPicture'
import { openPhotos, quantile, report } from './support'

const viewer = (page: Page) => page.getByRole('group', { name: /arrow keys move it/ })

/** Time from a key on a slider to other pixels in the middle of the screen, in ms. */
async function untilSeen(page: Page, slider: string, key: string): Promise<number> {
  await page.getByRole('slider', { name: slider }).focus()
  const canvas = viewer(page).locator('canvas').first()
  await canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement
    const context = (element as HTMLCanvasElement).getContext('2d')!
    const middle = () =>
      new Uint32Array(context.getImageData(width / 2 - 20, height / 2 - 20, 40, 40).data.buffer)
    const before = middle()
    const seen = new Promise<number>((resolve, reject) => {
      setTimeout(() => reject(new Error('Nothing changed on the screen.')), 20_000)
      const pressed = () => {
        const pressedAt = performance.now()
        const look = () => {
          if (middle().some((value, i) => value !== before[i])) resolve(performance.now() - pressedAt)
          else setTimeout(look, 4)
        }
        look()
      }
      document.addEventListener('keydown', pressed, { capture: true, once: true })
    })
    Object.assign(globalThis, { seen })
  })
  await page.keyboard.press(key)
  return page.evaluate(() => (globalThis as unknown as { seen: Promise<number> }).seen)
}

/** Time from the picture itself to other pixels all over the right of the slider, where the result is, in ms. */
async function untilClean(page: Page): Promise<number> {
  return viewer(page)
    .locator('canvas')
    .first()
    .evaluate(async (element) => {
      const { width, height } = element as HTMLCanvasElement
      const context = (element as HTMLCanvasElement).getContext('2d', { willReadFrequently: true })!
      const look = (columns: number[]) =>
        columns.flatMap((x) =>
          [0.3, 0.5, 0.7].map((y) => {
            const { data } = context.getImageData(x * width, y * height, 12, 12)
            return [...new Uint32Array(data.buffer)]
          }),
        )
      const until = async (holds: () => boolean) => {
        while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
      }
      // Both halves are drawn in one frame: where the left one is not empty any more, the right one is not.
      await until(() => look([0.2, 0.4]).every((pixels) => new Set(pixels).size > 1))
      const [results, since] = [[0.55, 0.65, 0.75, 0.9], performance.now()]
      const before = look(results).map(String)
      await until(() => look(results).every((pixels, i) => String(pixels) !== before[i]))
      return performance.now() - since
    })
}

/** Until all that is seen is restored. */
const restored = (page: Page) =>
  page.waitForFunction(
    () => !document.querySelector('[role=group][aria-busy=true]') && document.querySelector('canvas'),
    undefined,
    { timeout: 300_000 },
  )

for (const [megapixels, width, height] of [
  [2, 1632, 1224],
  [12, 4000, 3000],
] as const)
  test(`controls of a picture of ${megapixels} megapixels`, async ({ page }, info) => {
    const folder = await mkdtemp(join(tmpdir(), 'hourglass-bench-'))
    await mkdir(join(folder, 'files', 'photos'), { recursive: true })
    await noisyPicture({ width, height }).jpeg({ quality: 95 }).toFile(join(folder, 'files/photos/a.jpg'))
    const app = await serve({ home: join(folder, 'home'), roots: [join(folder, 'files')] })
    try {
      await page.goto(app.address)
      await page.getByRole('link', { name: 'Denoise', exact: true }).click()
      // A person takes longer to choose pictures; the runtimes are loaded by then.
      await page.waitForTimeout(4000)
      await openPhotos(page)
      await viewer(page).waitFor()
      const clean = await untilClean(page)
      const first = `First result all over: on the screen, ${megapixels} megapixels`
      report(info, first, `${clean.toFixed(0)} ms`, '< 1000 ms', clean < 1000)
      await restored(page)
      await page.getByRole('switch', { name: /by hand/i }).click()
      await restored(page)
      // Far enough for another pixel, also where many of the picture's make one of the screen's.
      for (const [slider, there, back] of [
        ['Noise in the picture', 'PageDown', ['PageUp']],
        ['Strength', 'Home', new Array<string>(10).fill('PageUp')],
      ] as const) {
        const times: number[] = []
        for (let i = 0; i < 7; i++) {
          times.push(await untilSeen(page, slider, there))
          await page.waitForTimeout(600)
          for (const key of back) await page.keyboard.press(key)
          await page.waitForTimeout(600)
        }
        const median = quantile(times, 0.5)
        const name = `${slider}: on the screen, ${megapixels} megapixels`
        report(info, name, `${median.toFixed(0)} ms`, '< 150 ms', median < 150)
      }
    } finally {
      await app.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })
