import type { RunSummary } from '../../../shared/api/library'
import { compareSettings } from './compareSettings'

/** Settings that are told behind a name; more would be too long. */
const mostTold = 2

/**
 * A name for each run, by its id, that no other one of them has. Where several are called the same, what differs among those
 * follows in brackets, or else a number.
 *
 * @param label what a setting is called
 */
export function seriesNames(
  runs: readonly RunSummary[],
  label: (key: string) => string,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const run of runs) {
    const alike = runs.filter(({ name }) => name === run.name)
    const told = alike.length === 1 ? '' : differencesOf(alike, alike.indexOf(run), label)
    const wanted = told === '' ? run.name : `${run.name} (${told})`
    let name = wanted
    for (let n = 2; taken.has(name); n++) name = `${wanted} #${n}`
    taken.add(name)
    names.set(run.id, name)
  }
  return names
}

function differencesOf(alike: readonly RunSummary[], index: number, label: (key: string) => string): string {
  return compareSettings(alike)
    .filter(({ differs }) => differs)
    .slice(0, mostTold)
    .map(({ key, values }) => `${label(key)}: ${values[index]}`)
    .join(', ')
}
