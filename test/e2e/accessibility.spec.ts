import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { noisyPicture } from '../support/noisyPicture'
import { root } from '../support/requirements'
import { expect, type Hourglass, test } from './support/hourglassTest'
import { bestPsnr, changeRun } from './support/runFixtures'

test.use({ begins: 'trained' })

const screens = [
  '#/',
  '#/denoise',
  '#/datasets',
  '#/datasets/shapes',
  '#/datasets/new',
  '#/train/shapes',
  '#/runs',
  '#/runs/once',
  '#/compare?ids=once,once',
  '#/models',
  '#/models/run--once',
  '#/models/run--once/compress',
  '#/latent/run--once',
  '#/odd',
  '#/settings',
]

test(
  'every screen can be read and used by everybody, light and dark, and fits a narrow window',
  { tag: '@page' },
  async ({ app }) => {
    test.slow()
    const { page } = app
    await findFaults(app)
    await openPicture(app)
    for (const screen of screens) {
      await page.setViewportSize({ width: 1280, height: 860 })
      await app.show(new URL(screen, page.url()).href)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await page.waitForLoadState('networkidle')
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme })
        // The page hears of it with its next frame.
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
        await colorsSettled(page)
        expect({ screen, theme, found: await violations(page) }).toEqual({ screen, theme, found: [] })
      }
      // The last is a telephone's.
      for (const width of [900, 640, 420]) {
        await page.setViewportSize({ width, height: 800 })
        const beyond = () =>
          page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        await expect.poll(beyond, { message: `${screen} at ${width} pixels` }).toBeLessThanOrEqual(0)
      }
    }
  },
)

/** A run with all that its page can show: what it is compared with, and what it found in itself. */
async function findFaults({ home }: Hourglass): Promise<void> {
  const best = await bestPsnr(home, 'once')
  await changeRun(home, 'once', {
    baselines: { mean: best - 6, pca: { psnr: best + 30, components: 49 } },
    findings: [
      { kind: 'overfitting', epoch: 3 },
      { kind: 'dead-units', epoch: 4 },
    ],
  })
}

/** Something to be denoised. */
async function openPicture(app: Hourglass): Promise<void> {
  await mkdir(join(app.files, 'photos'))
  for (const i of [0, 1])
    await noisyPicture({ width: 200, height: 150, seed: i })
      .png()
      .toFile(join(app.files, 'photos', `${i}.png`))
  await app.page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'photos')
  await expect(app.page.getByRole('list', { name: /^Estimated noise/ })).toBeVisible()
}

/**
 * Colours move from one theme to the other, and are neither meanwhile. Those that are inherited move on from element to
 * element, each a frame after the one around it: all is still where nothing has moved for some frames.
 */
async function colorsSettled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let still = 0; still < 5;) {
      await new Promise(requestAnimationFrame)
      const moving = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
      still = moving.length === 0 ? still + 1 : 0
      await Promise.allSettled(moving.map(({ finished }) => finished))
    }
  })
}

/** What axe finds wrong against WCAG 2.1 A and AA: each with the elements it is about. */
async function violations(page: Page): Promise<string[]> {
  const source = await readFile(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  return page.evaluate(async () => {
    type Axe = {
      run(options: object): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }>
    }
    const { axe } = window as unknown as { axe: Axe }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } })
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ target }) => JSON.stringify(target))
          .join(' ')}`,
    )
  })
}
