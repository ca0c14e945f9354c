import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Locator } from '@playwright/test'
import sharp from 'sharp'
import { root } from '../../support/requirements'
import { expect, test } from '../support/hourglassTest'

/**
 * Pictures of reports that `hourglass compare … --out DIR` wrote, for docs/tying.md:
 * `REPORTS="tying-49=DIR tying-hinton=DIR" npm run pictures -- -g reports`.
 */
const reports = (process.env.REPORTS ?? '').split(' ').filter(Boolean)

test('reports', async ({ page }) => {
  test.skip(reports.length === 0, 'REPORTS names none.')
  await page.setViewportSize({ width: 1100, height: 900 })
  for (const report of reports) {
    const [name, folder] = report.split('=')
    await page.goto(pathToFileURL(join(resolve(folder!), 'report.html')).href)
    const titled = (title: RegExp) =>
      page.locator('section', { has: page.getByRole('heading', { name: title }) })
    await take(`${name}-figures`, page.locator('header').first(), titled(/^PSNR in dB/).last())
    await take(`${name}-images`, titled(/^The same images/).last(), titled(/^What the first layers/).last())
  }
})

/** From the top of one part to the end of another, as a file of docs/images. */
async function take(name: string, from: Locator, to: Locator): Promise<void> {
  const [first, last] = [await from.boundingBox(), await to.boundingBox()]
  expect(first).not.toBeNull()
  expect(last).not.toBeNull()
  const scrolled = await from.page().evaluate(() => scrollY)
  const top = Math.max(0, first!.y + scrolled - 12)
  const clip = { x: 0, y: top, width: 1100, height: last!.y + scrolled + last!.height + 12 - top }
  const picture = await from.page().screenshot({ fullPage: true, clip, animations: 'disabled' })
  await sharp(picture)
    .resize(900)
    .webp({ quality: 62, smartSubsample: true, effort: 6 })
    .toFile(join(root, 'docs', 'images', `${name}.webp`))
}
