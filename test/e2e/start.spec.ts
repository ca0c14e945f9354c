import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { makeImages } from './support/images'
import { expect, test } from './support/hourglassTest'

const showcase = (page: Page) => page.getByRole('figure').filter({ hasText: '576 letters' })
const door = (page: Page, title: string) => page.getByRole('button', { name: new RegExp(`^${title}`) })

/** As a hand drops files on the window. */
async function dropFiles(page: Page, paths: readonly string[]): Promise<void> {
  const files = await Promise.all(
    paths.map(async (path) => ({
      name: path.split('/').at(-1)!,
      bytes: [...(await readFile(path))],
    })),
  )
  await page.evaluate((given) => {
    const data = new DataTransfer()
    for (const { name, bytes } of given)
      data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }))
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  }, files)
}

test('nothing moves by itself where motion is not wanted, and the doors lead to what there is', async ({
  app,
}) => {
  const { page } = app
  await expect(page.getByRole('img', { name: /^Map of 576 letters/ })).toBeVisible()
  await expect(showcase(page)).toContainText('This network has learned 576 letters')
  await expect(page.getByRole('button', { name: 'Watch it learn' })).toBeVisible()
  for (const title of ['See what is alike', 'Find the odd ones', 'Tied or untied\\?'])
    await expect(door(page, title)).toContainText('Open a folder first')
  await door(page, 'Clean photos').click()
  await expect(page.getByRole('heading', { level: 1, name: 'Denoise' })).toBeVisible()
})

test(
  'a network learns on request or by itself, pauses, goes on, and stops when one leaves',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await page.getByRole('button', { name: 'Watch it learn' }).click()
    await expect(showcase(page)).toContainText('is learning 576 letters')
    await expect(showcase(page)).toContainText(/Reconstruction error 0\.\d+\s*Step [1-9]/)
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible()
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    await page.getByRole('link', { name: 'Start', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Watch it learn' })).toBeVisible()
    // Where motion is wanted, it begins by itself on the first start.
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    await page.reload()
    await expect(showcase(page)).toContainText(/is learning 576 letters|has learned 576 letters/)
    // It goes on where it was, so it may have come to its end between two looks.
    await expect(showcase(page)).toContainText(/Step [1-9]|has learned 576 letters/)
  },
)

test('its letters and its model are opened to be explored', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await page.getByRole('button', { name: 'Open it' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Latent space' })).toBeVisible()
  await expect(page.getByText(/576 images/).first()).toBeVisible()
  await page.getByRole('link', { name: 'Start', exact: true }).click()
  await door(page, 'Find the odd ones').click()
  await expect(page.getByRole('heading', { level: 1, name: 'Odd ones' })).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Images to look through' })).not.toHaveValue('')
})

test('a sample of another kind is chosen by its picture', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  await page.getByRole('button', { name: 'Try a sample…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Try a sample' })
  await expect(dialog.getByRole('button', { name: /^(Digits|Textures|Faces|Photographs)/ })).toHaveCount(4)
  await dialog.getByRole('button', { name: /^Photographs/ }).press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Photographs' })).toBeVisible()
  await expect(page.getByText('800 images, 64 × 64, Colour')).toBeVisible({ timeout: 90_000 })
})

test('what is dropped on the start screen is cleaned or learned from', { tag: '@page' }, async ({ app }) => {
  const { page } = app
  const shapes = await makeImages(join(app.files, 'shapes'), 4)
  await dropFiles(page, [join(shapes, 'discs', 'discs-0.png')])
  const dialog = page.getByRole('dialog', { name: /^What would you like to do with/ })
  await expect(dialog.getByRole('button', { name: /^Clean it/ })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await dropFiles(page, [join(shapes, 'discs', 'discs-0.png'), join(shapes, 'discs', 'discs-2.png')])
  await expect(dialog.getByRole('button', { name: /^Learn from it/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/datasets\/new/)
})
