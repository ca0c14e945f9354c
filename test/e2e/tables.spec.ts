import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './support/hourglassTest'

/** Rows of three columns that belong together, one of them with gaps; and ratings of two kinds of readers. */
const table = `a,b,c\n${Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 5 === 0 ? '' : 2 * (i % 7) + 0.5},${(i * 3) % 11}.5`).join('\n')}\n`
const ratings = `user,book,rating\n${Array.from({ length: 240 }, (_, i) => {
  const [user, book] = [i % 20, (i * 7 + Math.floor(i / 20)) % 15]
  return `reader${user},book${book},${user % 2 === book % 2 ? 5 : 1}`
}).join('\n')}\n`

test(
  'a table is opened, trained on and looked through, and ratings recommend',
  { tag: '@page' },
  async ({ app }) => {
    const { page } = app
    await writeFile(join(app.files, 'rows.csv'), table)
    await writeFile(join(app.files, 'books.csv'), ratings)
    const open = async (name: string) => {
      await page.getByRole('button', { name: 'Open a table…' }).click()
      await page.getByRole('checkbox', { name }).check()
      await page.getByRole('button', { name: 'Choose one' }).click()
      await expect(page.getByRole('heading', { name: 'What is in it' })).toBeVisible()
      await page.getByRole('combobox', { name: 'It may take' }).selectOption('30s')
      await page.getByRole('button', { name: 'Train', exact: true }).click()
      await expect(page.getByRole('button', { name: 'Train again' })).toBeVisible({ timeout: 90_000 })
    }
    await app.show(new URL('#/datasets', page.url()).href)
    await page.getByRole('button', { name: 'Tables and ratings' }).click()
    await open('rows.csv')
    await expect(page.getByRole('region', { name: 'How good it is' }).first()).toContainText('autoencoder')
    await page.getByRole('button', { name: 'Look through this table' }).click()
    await expect(page.getByText(/of 40 rows are odd/)).toBeVisible()

    await page.getByRole('link', { name: 'All tables' }).click()
    await open('books.csv')
    await page.getByRole('button', { name: 'reader3', exact: true }).click()
    await expect(page.getByText(/^reader3: Based on \d+ ratings\./)).toBeVisible()
    for (const width of [900, 420]) {
      await page.setViewportSize({ width, height: 800 })
      const beyond = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      await expect.poll(beyond).toBeLessThanOrEqual(0)
    }
  },
)
