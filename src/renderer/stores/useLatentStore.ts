import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { ClusteredCodes, CodeSet, Projection } from '../../shared/api/latent'
import type { SpaceView } from '../components/latent/mapView'
import type { Colouring } from '../composables/useColouring'

export const inspectorPanels = ['point', 'selection', 'clusters', 'draw'] as const
export type InspectorPanel = (typeof inspectorPanels)[number]

/** What a person has set and selected on the map of one model and its datasets. */
export interface LatentMemory {
  /** Images of the map: with another number of them, points are not the same any more. */
  readonly count: number
  /** Of its datasets: with others, points stand for other images. */
  readonly revisions: string
  readonly projection: Projection | null
  /** The last settings of UMAP, also while another projection is shown. */
  readonly umap: Projection | null
  readonly selection: Uint8Array<ArrayBuffer>
  /** Selections before it, the latest last. */
  readonly earlier: readonly Uint8Array<ArrayBuffer>[]
  readonly by: Colouring
  readonly focus: number | null
  readonly panel: InspectorPanel
  readonly clusters: ClusteredCodes | null
  /** The set whose codes the clusters are of. */
  readonly set: string
}

export interface LatentAddress {
  readonly model: string
  readonly datasets: readonly string[]
}

/** Selections of a million points take a megabyte each. */
const keptMemories = 20
const keptViews = 60

/** What was on the latent space screen, so that coming back to it shows the same. It lasts as long as the window. */
export const useLatentStore = defineStore('latent', () => {
  const memories = new Map<string, LatentMemory>()
  const views = new Map<string, SpaceView>()
  /** What the screen showed last. */
  const last = shallowRef<LatentAddress | null>(null)
  /** Images on the map: null draws them where there is room. */
  const pictures = ref<boolean | null>(null)
  const density = ref(false)

  const recall = (set: CodeSet): LatentMemory | null => {
    const found = memories.get(keyOf(set))
    return found && found.count === set.count && found.revisions === revisionsOf(set) ? found : null
  }
  const remember = (set: CodeSet, memory: Omit<LatentMemory, 'revisions'>) =>
    keep(memories, keyOf(set), { ...memory, revisions: revisionsOf(set) }, keptMemories)
  /** Of a kind of map, as `CodeMap` has it. */
  const viewOf = (kind: string): SpaceView | null => views.get(kind) ?? null
  function rememberView(kind: string, view: SpaceView | null): void {
    if (view) keep(views, kind, view, keptViews)
    else views.delete(kind)
  }
  return { last, pictures, density, recall, remember, viewOf, rememberView }
})

const revisionsOf = ({ datasets }: CodeSet) =>
  JSON.stringify(datasets.map(({ id, revision }) => [id, revision]))

/** Whether each point of one map stands for the same image on the other, and its code is of the same model. */
export const hasSamePoints = (one: CodeSet, other: CodeSet): boolean =>
  one.model === other.model &&
  one.count === other.count &&
  one.dimensions === other.dimensions &&
  revisionsOf(one) === revisionsOf(other)

const keyOf = ({ model, datasets }: CodeSet) => JSON.stringify([model, datasets.map(({ id }) => id)])

function keep<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key)
  map.set(key, value)
  for (const old of [...map.keys()].slice(0, Math.max(0, map.size - most))) map.delete(old)
}
