import { expect, it } from 'vitest'
import { settingsChangesSchema, settingsSchema } from '../../src/shared/api/settings'

it('changes the settings that are given, and no others', () => {
  expect(settingsChangesSchema.parse({ theme: 'dark' })).toEqual({ theme: 'dark' })
  expect(settingsChangesSchema.safeParse({ colour: 'red' }).success).toBe(false)
  const written = settingsSchema.parse({ language: 'de', packageIndex: 'https://mirror.example/pypi' })
  expect({ ...written, ...settingsChangesSchema.parse({ notifications: false }) }).toEqual({
    ...{ theme: 'system', language: 'de', compute: 'auto', notifications: false, looksForUpdates: false },
    packageIndex: 'https://mirror.example/pypi',
  })
})

it('takes only addresses of the web as a package index', () => {
  const isTaken = (packageIndex: string) => settingsChangesSchema.safeParse({ packageIndex }).success
  expect(['http://localhost:8000/pypi', ' https://mirror.example '].filter((one) => !isTaken(one))).toEqual(
    [],
  )
  expect(['localhost:8000/pypi', 'file:///pypi', 'mirror.example', ''].filter(isTaken)).toEqual([])
})
