import { describe, expect, it } from 'vitest'
import { updatesConfig } from '../../../src/main/setup/packaging/updates.mjs'

const github = { provider: 'github', owner: 'ada', repo: 'hour.glass' }

describe('where a package looks for its updates', () => {
  it.each([
    'github:ada/hour.glass',
    'ada/hour.glass',
    'https://github.com/ada/hour.glass',
    'git+https://github.com/ada/hour.glass.git',
    'git+ssh://git@github.com/ada/hour.glass.git',
  ])('is the repository of package.json on GitHub: %s', (address) => {
    expect(updatesConfig(undefined, { repository: address })).toEqual(github)
    expect(updatesConfig(undefined, { repository: { url: address } })).toEqual(github)
  })

  it('is nowhere without one, or where it is elsewhere', () => {
    expect(updatesConfig(undefined, {})).toBeNull()
    expect(updatesConfig(undefined, { repository: 'https://git.example/ada/hourglass' })).toBeNull()
  })

  it('is what was named, before that', () => {
    expect(updatesConfig('github:ada/hour.glass', { repository: 'other/one' })).toEqual(github)
    const url = 'https://updates.example/hourglass'
    expect(updatesConfig(url, {})).toEqual({ provider: 'generic', url })
  })

  it.each(['http://updates.example', 'github:ada', 'somewhere', ''])('is not %j', (named) => {
    expect(() => updatesConfig(named, {})).toThrow(/^--updates names where packages are published/)
  })
})
