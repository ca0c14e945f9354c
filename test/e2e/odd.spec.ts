import { expect, test } from './support/hourglassTest'

test.use({ begins: 'trained' })

test(
  'odd images are found with a model, marked, judged and looked at, all by keyboard too',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await app.show(new URL('#/models/run--once', page.url()).href)
    await page.getByRole('button', { name: 'Find odd ones' }).click()
    await expect(page.getByRole('combobox', { name: 'What is normal' })).toHaveValue('model:run--once')
    await page.getByRole('combobox', { name: 'Images to look through' }).selectOption('shapes')
    await page.getByRole('button', { name: 'Find the odd ones' }).click()
    const list = page.getByRole('list', { name: '120 images, worst first' })
    await expect(list).toBeVisible({ timeout: 60_000 })

    const first = list.getByRole('listitem').first().getByRole('button').first()
    await expect(first).toHaveAccessibleName(/stranger than [\d.]+ % of normal ones/)
    await first.focus()
    await page.keyboard.press('o')
    await expect(first).toHaveAccessibleName(/marked as odd/)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('n')
    await expect(list.getByRole('button', { name: /marked as not odd/ })).toBeVisible()
    await expect(page.getByText('AUROC')).toBeVisible()

    const threshold = page.getByRole('slider', { name: 'Threshold' })
    const before = Number(await threshold.getAttribute('aria-valuenow'))
    await threshold.focus()
    await page.keyboard.press('PageUp')
    expect(Number(await threshold.getAttribute('aria-valuenow'))).toBeGreaterThan(before)
    await page.getByRole('button', { name: /^Back to/ }).click()

    await page.getByRole('combobox', { name: 'Show' }).selectOption('marked')
    const marked = page.getByRole('list', { name: '2 images, worst first' })
    await marked.getByRole('button').first().press('Enter')
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('img', { name: 'Where it is odd' })).toBeVisible()
    await page.keyboard.press('ArrowRight')
    await expect(dialog.getByText('Image 2 of 2')).toBeVisible()
    await page.keyboard.press('Escape')

    // What was marked is kept.
    await page.reload()
    await expect(list).toBeVisible()
    await page.getByRole('combobox', { name: 'Show' }).selectOption('marked')
    await expect(marked).toBeVisible()
    for (const width of [900, 420]) {
      await page.setViewportSize({ width, height: 800 })
      const beyond = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      await expect.poll(beyond).toBeLessThanOrEqual(0)
    }
  },
)
