import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fuzzyFind, fuzzyScore } from '../../src/renderer/actions/fuzzyMatch'
import { actionsFor, registerAction } from '../../src/renderer/actions/registerAction'
import type { ActionContext } from '../../src/renderer/actions/useActionContext'
import { describeKeys, findShortcut, isPressed, type Shortcut } from '../../src/renderer/composables/shortcut'
import { texts } from '../../src/shared/texts'

const press = (key: string, ...held: ('shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey')[]) => ({
  ...{ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false },
  ...Object.fromEntries(held.map((one) => [one, true])),
})

describe('keys', () => {
  it.each([
    ['Mod+Z', press('z', 'ctrlKey'), true],
    ['Mod+Z', press('z', 'metaKey'), true],
    ['Mod+Z', press('Z', 'ctrlKey', 'shiftKey'), false],
    ['Shift+Mod+Z', press('Z', 'ctrlKey', 'shiftKey'), true],
    ['Mod+Z', press('z'), false],
    ['Alt+1', press('1', 'altKey'), true],
    ['Alt+1', press('1', 'altKey', 'ctrlKey'), false],
    // On some keyboards it is typed with Shift, on others not.
    ['?', press('?', 'shiftKey'), true],
    ['?', press('?'), true],
    ['?', press('?', 'ctrlKey'), false],
    ['+', press('+', 'shiftKey'), true],
    ['Space', press(' '), true],
    ['Shift+ArrowUp', press('ArrowUp', 'shiftKey'), true],
    ['ArrowUp', press('ArrowUp', 'shiftKey'), false],
    ['D', press('d'), true],
  ])('%s', (keys, event, expected) => expect(isPressed(keys, event)).toBe(expected))

  it('mean what is possible now', () => {
    const shortcut = (label: string, isPossible: boolean): Shortcut => ({
      ...{ keys: ['Mod+Z'], label, run: () => undefined },
      when: () => isPossible,
    })
    const undo = press('z', 'ctrlKey')
    expect(findShortcut([shortcut('a', false), shortcut('b', true)], undo)?.label).toBe('b')
    expect(findShortcut([shortcut('a', true), shortcut('b', true)], undo)?.label).toBe('a')
    expect(findShortcut([shortcut('a', false)], undo)).toBeNull()
  })

  it('are described as they are written on a keyboard', () => {
    const name = (key: string) => `<${key}>`
    expect(describeKeys('Shift+Mod+Z', false, name)).toEqual(['<Shift>', '<Ctrl>', 'Z'])
    expect(describeKeys('Mod+K', true, name)).toEqual(['⌘', 'K'])
    expect(describeKeys('+', false, name)).toEqual(['+'])
    expect(describeKeys('ArrowLeft', false, name)).toEqual(['←'])
    expect(describeKeys('F8', false, name)).toEqual(['F8'])
  })
})

describe('finding by name', () => {
  const find = (typed: string, ...names: string[]) => fuzzyFind(typed, names, (name) => name)

  it('prefers pieces, beginnings and short names', () => {
    expect(find('set', 'Datasets', 'A set of birds', 'Settings')).toEqual([
      'Settings',
      'A set of birds',
      'Datasets',
    ])
    expect(find('cats', 'cats and dogs', 'cats')).toEqual(['cats', 'cats and dogs'])
  })
  it('takes words in any order and beginnings of words, without accents or capitals', () => {
    expect(find('opfo', 'Open folder…', 'Photographs')).toEqual(['Open folder…'])
    expect(find('uber', 'Über')).toEqual(['Über'])
    expect(find('xyz', 'Open folder…')).toEqual([])
    expect(find('theme', 'Use the language of the system')).toEqual([])
    expect(find('sha train', 'Start training on shapes')).toEqual(['Start training on shapes'])
    expect(fuzzyScore('ba', 'ab')).toBeNull()
  })
  it('leaves the order where nothing is typed', () => {
    expect(find('', 'b', 'a')).toEqual(['b', 'a'])
  })
})

describe('actions', () => {
  it('are one entry each, of one name each', () => {
    let performed = 0
    const action = { name: 'count', label: () => 'Count', perform: () => void performed++ }
    registerAction(action)
    const [made] = actionsFor({} as ActionContext)
    expect(made).toMatchObject({ name: 'count', label: 'Count', kind: 'action' })
    made!.perform()
    expect(performed).toBe(1)
    expect(() => registerAction(action)).toThrow('two actions called count')
  })
})

describe('the texts of the help', () => {
  const shape = (value: unknown): unknown =>
    value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : typeof value
  it('are the same in every language', () => {
    expect(shape(texts.de!.help)).toEqual(shape(texts.en!.help))
    expect(Object.keys(texts.en!.help.term).length).toBeGreaterThanOrEqual(25)
  })
})

it('says something of every screen', () => {
  const router = readFileSync('src/renderer/router.ts', 'utf8')
  const names = [...router.matchAll(/\bname: '([^']+)'/g)].map(([, name]) => name)
  expect(names).toContain('why-tying')
  expect(Object.keys(texts.en!.help.screen).sort()).toEqual([...new Set(names)].sort())
})
