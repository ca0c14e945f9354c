import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { root } from '../../support/requirements'
import { expect } from '../support/hourglassTest'

/** The window as it is, as a file of docs/images. */
export async function take(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle')
  // Over the empty part of the navigation, where nothing shows what is under the pointer.
  await page.mouse.move(100, 800)
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
  await page.evaluate(async () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    await document.fonts.ready
  })
  const picture = await page.screenshot({ animations: 'disabled' })
  await sharp(picture)
    .webp({ quality: 88, smartSubsample: true, effort: 6 })
    .toFile(join(root, 'docs', 'images', `${name}.webp`))
}
