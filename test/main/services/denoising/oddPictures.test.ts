import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../support/testFolder'
import { differenceOf, oddPictures, throughHourglass } from '../../../support/odd/throughHourglass'

const count = Number(process.env.HOURGLASS_ODD_PICTURES ?? 60)
const seed = Number(process.env.HOURGLASS_ODD_SEED ?? 1)

it('scratch', { timeout: 600_000 }, async () => {
  const folder = await temporaryFolder()
  const refusals = new Map<string, string[]>()
  const wrong: string[] = []
  for (const odd of oddPictures(seed, count)) {
    try {
      const passed = await throughHourglass(odd, folder)
      if (passed.refusal) {
        const key = passed.refusal.replace(/\d+/g, 'N')
        refusals.set(key, [...(refusals.get(key) ?? []), odd.name])
      } else {
        const d = differenceOf(passed.picture!, odd)
        if (d) wrong.push(`${odd.name}: ${d}`)
      }
    } catch (error) {
      wrong.push(`${odd.name}: THROWN ${(error as Error).stack}`)
    }
  }
  for (const [key, names] of refusals) console.log(names.length, key, names.slice(0, 6).join(' '))
  console.log(wrong.join('\n'))
  expect(1).toBe(1)
})
