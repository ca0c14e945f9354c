import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './support/hourglassTest'
import { makeImages } from './support/images'

test.describe('with a model', () => {
  test.use({ begins: 'trained' })

  test('a folder is compressed, and its images are drawn again', { tag: '@page' }, async ({ app }) => {
    test.slow()
    const { page } = app
    await makeImages(join(app.files, 'shapes'), 40)
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await page.getByRole('link', { name: /^Once/ }).click()
    await page.getByRole('button', { name: 'Compress a folder…' }).click()
    await app.chooseFolder('Choose a folder…', 'shapes')

    const quality = page.getByRole('slider', { name: 'Quality' })
    await expect(quality).toBeVisible({ timeout: 180_000 })
    await expect(page.getByText('Images: 40, of the folder “shapes”.')).toBeVisible()
    await expect(page.getByRole('img', { name: /^Image 1: AVIF/ })).toBeVisible()
    await expect(page.getByRole('img', { name: /^At .* the codes take .* bytes an image/ })).toBeVisible()
    const whole = page.getByText('The whole file, about').locator('..').getByRole('definition')
    await expect(whole).toHaveText(/^[\d.,]+ kB$/)
    await quality.focus()
    await page.keyboard.press('Home')
    await expect(quality).toHaveAttribute('aria-valuenow', (await quality.getAttribute('aria-valuemin'))!)

    await app.chooseFolder('Save as a file…', '.')
    await expect(page.getByText(/^shapes.hgz is saved/)).toBeVisible({ timeout: 60_000 })

    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await app.chooseFolder('Open a compressed file…', 'shapes.hgz')
    await expect(page.getByText('The model Once is in the file.')).toBeVisible()
    await page.getByRole('button', { name: 'Draw them into a folder…' }).click()
    await page
      .getByRole('dialog', { name: 'Choose a folder' })
      .getByRole('button', { name: /^Choose/ })
      .click()
    const drawn = () => readdir(join(app.files, 'shapes-2', 'discs')).catch(() => [])
    await expect.poll(async () => (await drawn()).length, { timeout: 60_000 }).toBe(20)
  })
})
