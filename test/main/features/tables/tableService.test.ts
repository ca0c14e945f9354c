import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let app: App
afterEach(() => app.close())

it('stops a training by its table and not by its name, and keeps a name that was given meanwhile', async () => {
  const home = await temporaryFolder()
  app = await openTestApp(home)
  const file = join(home, 'rows.csv')
  await writeFile(
    file,
    `a,b\n${Array.from({ length: 40 }, (_, i) => `${i}.5,${(i * 7) % 11}.5`).join('\n')}\n`,
  )
  const { place } = await app.places.add(file)
  const { handlers } = app
  const [first, second] = [
    await handlers['tables.import']({ place }),
    await handlers['tables.import']({ place }),
  ]
  const of = async (id: string) => (await handlers['tables.list']({})).items.find((one) => one.id === id)!
  expect([(await of(first.id)).name, (await of(second.id)).name]).toEqual(['rows', 'rows'])
  const begun = await handlers['tables.train']({ ...first, budgetMs: 2000, resume: false })
  await handlers['tables.train']({ ...second, budgetMs: 2000, resume: false })
  expect((await of(first.id)).job).toBe(begun.job)
  await handlers['jobs.cancel']({ id: (await of(second.id)).job! })
  await handlers['tables.rename']({ ...first, name: 'Weights' })
  await expect(handlers['tables.train']({ ...first, budgetMs: 2000, resume: false })).rejects.toThrow(
    'under way',
  )
  while ((await of(second.id)).job !== null) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(await of(first.id)).toMatchObject({ name: 'Weights', state: 'ready', isTrained: true })
  expect(await of(second.id)).toMatchObject({ name: 'rows', state: 'ready', isTrained: false })
})
