import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let app: App
afterEach(() => app.close())

it('resumes a training on ratings that was stopped, and says where there is none', async () => {
  const home = await temporaryFolder()
  app = await openTestApp(home)
  const file = join(home, 'books.csv')
  const lines = Array.from({ length: 900 }, (_, i) => {
    const [user, book] = [i % 60, (7 * i + Math.floor(i / 60)) % 40]
    return `reader${user},book${book},${user % 2 === book % 2 ? 5 : 1}`
  })
  await writeFile(file, `user,book,rating\n${lines.join('\n')}\n`)
  const { handlers } = app
  const { id } = await handlers['tables.import']({ place: (await app.places.add(file)).place })
  const summary = async () => (await handlers['tables.list']({})).items.find((one) => one.id === id)!
  const ended = async () => {
    while ((await summary()).job !== null) await new Promise((resolve) => setTimeout(resolve, 5))
    return summary()
  }
  await expect(handlers['tables.train']({ id, budgetMs: 60_000, resume: true })).resolves.toBeTruthy()
  expect(await ended()).toMatchObject({ isTrained: false, canResume: false })

  const again = await handlers['tables.train']({ id, budgetMs: 60_000, resume: false })
  while ((await handlers['tables.get']({ id })).curve.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 5))
  await handlers['jobs.cancel']({ id: again.job })
  expect(await ended()).toMatchObject({ isTrained: false, canResume: true })
  const before = (await handlers['tables.get']({ id })).curve
  await handlers['tables.train']({ id, budgetMs: 60_000, resume: true })
  expect(await ended()).toMatchObject({ isTrained: true, canResume: false })
  const { curve } = await handlers['tables.get']({ id })
  expect(curve.slice(0, before.length)).toEqual(before)

  const titles = join(home, 'titles.csv')
  await writeFile(titles, 'book,title\nbook3,The Winter\n')
  expect(await handlers['tables.titles']({ id, place: (await app.places.add(titles)).place })).toEqual({
    found: 1,
  })
  const found = await handlers['tables.find']({ id, side: 'items', text: 'winter', most: 5 })
  expect(found).toEqual([{ name: 'book3', title: 'The Winter' }])
  for (const [side, count] of [
    ['items', 40],
    ['users', 60],
  ] as const) {
    const map = await handlers['tables.map']({ id, side })
    expect(map.points).toHaveLength(2 * count)
    expect([...map.points].every(Number.isFinite)).toBe(true)
    expect([...map.counts].reduce((sum, one) => sum + one)).toBe(900)
    if (side === 'items') expect(map.titles[map.names.indexOf('book3')]).toBe('The Winter')
  }
}, 120_000)
