import { computed, type Ref, shallowRef, watch } from 'vue'
import type { ClusteredCodes, CodeSet } from '../../shared/api/latent'
import { client } from '../api/client'
import {
  classColour,
  type ColourScale,
  coloursOfClasses,
  coloursOfValues,
  cssOf,
  scaleOf,
} from '../components/latent/pointColours'
import { useCommand } from './useCommand'
import { useAppStore } from '../stores/useAppStore'

export const colourings = [
  'label',
  'cluster',
  'error',
  'brightness',
  'folder',
  'date',
  'dataset',
  'plain',
] as const
export type Colouring = (typeof colourings)[number]

export interface LegendEntry {
  /** −1 for points that belong to none. */
  readonly index: number
  readonly name: string | null
  readonly count: number
  readonly colour: string
  readonly hidden: boolean
}

interface Classes {
  readonly of: Int32Array
  readonly names: readonly (string | null)[]
}

/** By what points are coloured, and which the legend leaves out. */
export function useColouring(set: Ref<CodeSet | null>, clusters: Ref<ClusteredCodes | null>) {
  const app = useAppStore()
  const by = shallowRef<Colouring>('label')
  const hidden = shallowRef<ReadonlySet<number>>(new Set())
  const files = shallowRef<{
    set: string
    names: readonly string[]
    folders: Int32Array
    days: Float32Array
  } | null>(null)
  const { run: readFiles } = useCommand((id: string) => client.invoke('latent.files', { set: id }))
  watch([by, set], async () => {
    hidden.value = new Set()
    const id = set.value?.set
    if (id === undefined || (by.value !== 'folder' && by.value !== 'date') || files.value?.set === id) return
    const found = await readFiles(id)
    if (!found || set.value?.set !== id) return
    files.value = { set: id, names: found.names, folders: found.folders, days: found.modifiedDays }
  })

  const classes = computed<Classes | null>(() => {
    const now = set.value
    if (!now) return null
    if (by.value === 'label') return { of: now.labels, names: now.labelNames }
    if (by.value === 'cluster' && clusters.value)
      return { of: clusters.value.clusters, names: clusters.value.sizes.map(() => null) }
    if (by.value === 'folder' && files.value) return { of: files.value.folders, names: files.value.names }
    if (by.value === 'dataset') {
      const of = new Int32Array(now.count)
      now.datasets.forEach(({ first, count }, i) => of.fill(i, first, first + count))
      return { of, names: now.datasets.map(({ name }) => name) }
    }
    return null
  })
  const values = computed(() => {
    if (!set.value) return null
    if (by.value === 'error') return set.value.errors
    if (by.value === 'brightness') return set.value.brightness
    return by.value === 'date' ? (files.value?.days ?? null) : null
  })
  const scale = computed<ColourScale | null>(() => values.value && scaleOf(values.value))

  const dark = computed(() => app.theme === 'dark')
  const colours = computed(() => {
    const count = set.value?.count ?? 0
    if (classes.value) return coloursOfClasses(classes.value.of, classes.value.names.length, dark.value)
    if (values.value && scale.value) return coloursOfValues(values.value, scale.value)
    return new Uint32Array(count).fill(classColour(4, 8, dark.value))
  })
  const legend = computed<readonly LegendEntry[]>(() => {
    if (!classes.value) return []
    const { of, names } = classes.value
    const counts = new Uint32Array(names.length + 1)
    for (const index of of) counts[index + 1]!++
    return [...names.keys(), -1]
      .map((index) => ({
        index,
        name: names[index] ?? null,
        count: counts[index + 1]!,
        colour: cssOf(classColour(index, names.length, dark.value)),
        hidden: hidden.value.has(index),
      }))
      .filter(({ count }) => count > 0)
  })
  const visible = computed(() => {
    if (hidden.value.size === 0 || !classes.value) return null
    const { of, names } = classes.value
    const shown = Uint8Array.from({ length: names.length + 1 }, (_, i) => (hidden.value.has(i - 1) ? 0 : 1))
    const mask = new Uint8Array(of.length)
    for (let i = 0; i < of.length; i++) mask[i] = shown[of[i]! + 1]!
    return mask
  })
  function toggle(index: number): void {
    const next = new Set(hidden.value)
    if (!next.delete(index)) next.add(index)
    hidden.value = next
  }
  /** Only this one; all of them where it is the only one already. */
  function only(index: number): void {
    const others = legend.value.map((entry) => entry.index).filter((other) => other !== index)
    const isOnly = others.every((other) => hidden.value.has(other)) && !hidden.value.has(index)
    hidden.value = new Set(isOnly ? [] : others)
  }
  /** Points of one entry. */
  function pointsOf(index: number): number[] {
    const of = classes.value?.of ?? new Int32Array(0)
    const points: number[] = []
    for (let i = 0; i < of.length; i++) if (of[i] === index) points.push(i)
    return points
  }
  return { by, colours, legend, scale, visible, toggle, only, pointsOf }
}
