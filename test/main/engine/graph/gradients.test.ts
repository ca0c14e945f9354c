import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../../../support/requirements'
import { describeRuntimes } from '../../../support/runtimes'
import { type GradientCase, gradientErrors } from './finiteDifferences'
import { activationCases, compositions, operations } from './gradientCases'

const folder = resolve(root, 'src/main/engine/graph/ops')

describe('the table of operations', () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      resolve(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )

  test('holds every file of ops/', () => expect(Object.keys(operations).sort()).toEqual(files.sort()))

  test.each(files)('holds every function of %s', async (file) => {
    const module = (await import(resolve(folder, file))) as object
    const functions = Object.entries(module).filter(([, value]) => typeof value === 'function')
    expect(Object.keys(operations[file]!).sort()).toEqual(functions.map(([name]) => name).sort())
  })
})

describeRuntimes('gradients against finite differences', (runtime) => {
  const differentiated = Object.values(operations)
    .flatMap((exports) => Object.entries(exports))
    .flatMap(([name, cases]): [string, GradientCase][] =>
      typeof cases === 'string' ? [] : Object.entries(cases).map(([title, one]) => [`${name} ${title}`, one]),
    )
  test.each([...differentiated, ...Object.entries({ ...activationCases, ...compositions })])(
    '%s',
    async (_, one) => {
      for (const error of await gradientErrors(runtime(), one)) expect(error).toBeLessThan(2e-4)
    },
  )
})
