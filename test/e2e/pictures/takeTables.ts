import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { randomStream } from '../../../src/main/engine/training/random'
import { expect, type Hourglass, test } from '../support/hourglassTest'
import { take } from './take'

test('tables', ({ app }) => tables(app))
test('ratings', ({ app }) => ratings(app))

/** Flats that nobody rents: area follows from rooms, rent from area, age and district. A tenth of the cells is missing. */
function flats(): string {
  const random = randomStream(7)
  const districts = ['Harbour', 'Old town', 'Riverside', 'Hill']
  const rows = Array.from({ length: 400 }, (_, i) => {
    const rooms = 1 + random.below(5)
    const place = random.below(4)
    const built = 1900 + random.below(120)
    const area = 18 + 21 * rooms + 5 * random.normal()
    const rent = 250 + 9.5 * area + 130 * place + 2 * (built - 1950) + 40 * random.normal()
    const heating = 60 + 1.1 * area - 0.6 * (built - 1950) + 6 * random.normal()
    const shown = (text: string) => (random.uniform() < 0.1 ? '' : text)
    const isWrong = i === 57 || i === 211
    return [
      `F-${1000 + i}`,
      shown(districts[place]!),
      shown(String(rooms)),
      shown(`${area.toFixed(0)} m²`),
      shown(String(built)),
      shown(`"€${(isWrong ? 5 * rent : rent).toLocaleString('en', { maximumFractionDigits: 0 })}"`),
      shown(`€${heating.toFixed(0)}`),
    ].join(',')
  })
  return `id,district,rooms,area,built,rent,heating\n${rows.join('\n')}\n`
}

/** Made-up readers of made-up books: each likes two of five kinds. */
function books(): string {
  const random = randomStream(11)
  const kinds = ['Harbour', 'Comet', 'Orchard', 'Detective', 'Mountain']
  const forms = ['The {} at Night', 'One {} for Two', 'The Last {}', '{} and Salt', 'Beyond the {}', 'My {}']
  const forms2 = [
    'The {} of Glass',
    'Letters to the {}',
    '{} in Winter',
    'The Second {}',
    'Under the {}',
    'Blue {}',
  ]
  const titles = [...forms, ...forms2].flatMap((form) =>
    kinds.map((kind, k) => ({ k, title: form.replace('{}', () => kind) })),
  )
  const names = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gwen', 'Hugo', 'Ida', 'Jon']
  const lines = Array.from({ length: 400 }, (_, reader) => {
    const likes = [random.below(5), random.below(5)]
    const name = `${names[reader % 10]} ${1 + Math.floor(reader / 10)}`
    return titles.flatMap(({ k, title }) => {
      if (random.uniform() < 0.7) return []
      const stars = (likes.includes(k) ? 4.2 : 2.2) + 0.6 * random.normal()
      return [`${name},${title},${Math.min(5, Math.max(1, Math.round(stars)))}`]
    })
  })
  return `reader,book,stars\n${lines.flat().join('\n')}\n`
}

async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  await page.getByRole('button', { name: 'Tables and ratings' }).click()
  await page.getByRole('button', { name: 'Open a table…' }).click()
  await page.getByRole('checkbox', { name }).check()
  await page.getByRole('button', { name: 'Choose one' }).click()
  await page.getByRole('combobox', { name: 'It may take' }).selectOption('30s')
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Train again' })).toBeVisible({ timeout: 300_000 })
}

async function tables({ page, files }: Hourglass): Promise<void> {
  await writeFile(join(files, 'flats.csv'), flats())
  await open(page, 'flats.csv')
  await page.getByRole('button', { name: 'Look through this table' }).click()
  const odd = page.getByText(/of 400 rows are odd/)
  await expect(odd).toBeVisible()
  await page.getByRole('button', { name: 'Columns', exact: true }).click()
  await page.getByRole('heading', { name: 'What is in it' }).evaluate((heading) => heading.scrollIntoView())
  await take(page, 'table')
  await page
    .getByRole('heading', { name: 'How good it is' })
    .first()
    .evaluate((heading) => heading.scrollIntoView())
  await take(page, 'table-odd')
}

async function ratings({ page, files }: Hourglass): Promise<void> {
  await writeFile(join(files, 'books.csv'), books())
  await open(page, 'books.csv')
  await page.getByRole('button', { name: 'Ada 1', exact: true }).click()
  await expect(page.getByText(/^Ada 1: Based on \d+ ratings\./)).toBeVisible()
  await page.getByRole('heading', { name: 'Recommend' }).evaluate((heading) => heading.scrollIntoView())
  await take(page, 'ratings')
}
