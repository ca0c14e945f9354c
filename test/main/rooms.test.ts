import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { preProcessFile } from 'typescript'
import { describe, expect, it } from 'vitest'
import { root } from '../support/requirements'

const source = resolve(root, 'src')
const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs)$/.test(entry.name))
  .map((entry) => relative(source, join(entry.parentPath, entry.name)))

/** The files of ours that one imports. @param types whether those count of which it takes types alone */
function importsOf(file: string, types: boolean): string[] {
  const text = readFileSync(join(source, file), 'utf8')
  const loaded = types ? text : text.replace(/^(import|export) type [^']*'[^']*'/gm, '')
  return preProcessFile(loaded).importedFiles.flatMap(({ fileName }) => {
    const path = join(source, dirname(file), fileName)
    const found = [path, `${path}.ts`, join(path, 'index.ts')].find(
      (each) => existsSync(each) && statSync(each).isFile(),
    )
    return fileName.startsWith('.') && found ? [relative(source, found)] : []
  })
}

/** The folder of src/main that a file is in; those that are in none put the rooms together. */
function roomOf(file: string): string {
  const [, room, ...rest] = file.split('/')
  if (file.startsWith('shared/')) return 'shared'
  return rest.length > 0 ? room! : 'the rooms together'
}
const featureOf = (file: string) => /^main\/features\/([^/]+)\//.exec(file)?.[1]
const isOurs = (path: string) => /^(main|shared)\//.test(path)

/** Each "from -> to" once. */
function waysBetween(placeOf: (file: string) => string | undefined): string[] {
  const ways = files
    .filter((file) => file.startsWith('main/'))
    .flatMap((file) =>
      importsOf(file, true)
        .filter(isOurs)
        .map((imported) => [placeOf(file), placeOf(imported)] as const)
        .filter(([from, to]) => from !== undefined && to !== undefined && from !== to)
        .map(([from, to]) => `${from} -> ${to}`),
    )
  return [...new Set(ways)].sort()
}

/** A way back to where it began: the places that it passes, or null where there is none. */
function circleIn(next: (place: string) => readonly string[], places: readonly string[]): string[] | null {
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (place: string): string[] | null => {
    if (trail.includes(place)) return [...trail.slice(trail.indexOf(place)), place]
    if (done.has(place)) return null
    trail.push(place)
    for (const each of next(place)) {
      const found = visit(each)
      if (found) return found
    }
    trail.pop()
    done.add(place)
    return null
  }
  for (const place of places) {
    const found = visit(place)
    if (found) return found
  }
  return null
}

function circleOf(ways: readonly string[]): string[] | null {
  const pairs = ways.map((way) => way.split(' -> ') as [string, string])
  return circleIn(
    (place) => pairs.filter(([from]) => from === place).map(([, to]) => to),
    pairs.map(([from]) => from),
  )
}

describe('the rooms of src/main', () => {
  // The client of the worker takes the types of its calls from the list of tasks.
  const typesOfCalls = 'worker -> the rooms together'

  it('have at most 43 ways between them, and none back up', () => {
    const ways = waysBetween(roomOf)
    expect(ways).toContain('features -> base')
    expect(ways.length).toBeLessThanOrEqual(43)
    expect(circleOf(ways.filter((way) => way !== typesOfCalls))).toBeNull()
  })

  it('have at most 25 ways between the features, and no two use each other', () => {
    const ways = waysBetween(featureOf)
    expect(ways).toContain('training -> datasets')
    expect(ways.length).toBeLessThanOrEqual(25)
    expect(circleOf(ways)).toBeNull()
  })

  it('have no files that load each other, but operations that are each other’s gradient', () => {
    const loaded = new Map(files.map((file) => [file, importsOf(file, false)]))
    const operations = 'main/engine/graph/ops/'
    expect(loaded.get('main/index.ts')).toContain('main/app/createApp.ts')
    const next = (file: string) =>
      (loaded.get(file) ?? []).filter(
        (other) => !(file.startsWith(operations) && other.startsWith(operations)),
      )
    expect(circleIn(next, files)).toBeNull()
  })
})
