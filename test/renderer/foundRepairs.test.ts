import { expect, it, vi } from 'vitest'
import { repairFacts } from '../../src/renderer/components/denoise/foundRepairs'
import { texts } from '../../src/shared/texts'

it('what was found besides noise is told with its figures', () => {
  vi.stubGlobal('navigator', { language: 'en-GB' })
  expect(repairFacts({ impulses: 0, rows: 0, columns: 0, range: null })).toEqual([])
  const facts = repairFacts({ impulses: 0.0301, rows: 6.44, columns: 0.5, range: 0.06 })
  expect(facts.map(({ key, values }) => [key, ...Object.values(values)])).toEqual([
    ['impulses', '3 %'],
    ['rows', '6.4'],
    ['columns', '0.5'],
    ['range', '6 %'],
  ])
  for (const { key, values } of facts)
    for (const { denoise } of Object.values(texts))
      for (const name of Object.keys(values)) expect(denoise.noise[key]).toContain(`{${name}}`)
  vi.unstubAllGlobals()
})
