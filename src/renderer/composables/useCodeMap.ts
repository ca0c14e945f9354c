import { computed, type Ref, shallowRef, watch } from 'vue'
import type { CodeSet, ProjectedCodes, Projection } from '../../shared/api/latent'
import { inBackground } from '../../shared/inBackground'
import { client } from '../api/client'
import { useDatasetsStore } from '../stores/useDatasetsStore'
import { hasSamePoints } from '../stores/useLatentStore'
import { useModelsStore } from '../stores/useModelsStore'
import { StoppedError, useAnswer } from './useAnswer'

/** Codes of few dimensions are a map as they are. */
const mostPlain = 3
/** UMAP needs more images than neighbours. */
const fewestForUmap = 16
/** UMAP of this many takes about 20 s on two cores: of more, an even sample comes first. */
export const largestQuickUmap = 20_000

/** What is said of a million points is a large message: what comes of it is done in a turn of its own. */
const nextTurn = () => new Promise((resolve) => setTimeout(resolve))

export interface CodeMapOptions {
  /** The projection that was chosen for these images before; null where none was. */
  readonly chosenBefore: (set: CodeSet) => Projection | null
  /** The model is being trained: its cores are not for UMAP then. */
  readonly isLearning: () => boolean
}

/** The map of a model's codes: opened, projected, and again whenever what is asked for changes. */
export function useCodeMap(
  model: Ref<string | null>,
  datasets: Ref<readonly string[]>,
  { chosenBefore, isLearning }: CodeMapOptions,
) {
  const models = useModelsStore()
  const { ask, job, stop } = useAnswer()
  const set = shallowRef<CodeSet | null>(null)
  const map = shallowRef<ProjectedCodes | null>(null)
  /** What `map` shows; `projection` is what is wanted. */
  const shown = shallowRef<Projection | null>(null)
  const projection = shallowRef<Projection | null>(null)
  const failure = shallowRef<Error | null>(null)
  const isStopped = shallowRef(false)
  const isBusy = shallowRef(false)
  const epoch = shallowRef<number | null>(null)
  let turn = 0

  const currentEpoch = () => models.items.get(model.value ?? '')?.metrics?.epoch ?? null
  /** The model has learned on since the map was made. */
  const isOutdated = computed(() => set.value !== null && currentEpoch() !== epoch.value)

  /** Runs one at a time: what an older one brings is dropped. */
  async function work(act: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    const own = ++turn
    failure.value = null
    isStopped.value = false
    isBusy.value = true
    try {
      await act(() => own === turn)
    } catch (error) {
      if (own !== turn) return
      if (error instanceof StoppedError) isStopped.value = true
      else failure.value = error as Error
    } finally {
      if (own === turn) isBusy.value = false
    }
  }

  async function project(isCurrent: () => boolean, after?: string): Promise<void> {
    if (!set.value || !projection.value) return
    const params = { set: set.value.set, projection: projection.value, after }
    const show = (found: ProjectedCodes, by: Projection) => {
      shown.value = by
      map.value = found
    }
    if (map.value === null && params.projection.method === 'umap') {
      const quick = { method: 'pca', components: params.projection.components } as const
      const pca = await ask('latent.project', { set: params.set, projection: quick })
      if (!isCurrent()) return
      // Where UMAP has to be computed first, PCA is looked at meanwhile.
      const answer = await client.invoke('latent.project', params)
      await nextTurn()
      if (!isCurrent()) return
      if ('job' in answer) show(pca, quick)
      else return show(answer, params.projection)
    }
    const found = await ask('latent.project', params)
    await nextTurn()
    if (isCurrent()) show(found, params.projection)
  }

  function open(): Promise<void> {
    return work(async (isCurrent) => {
      const [id, ids] = [model.value, datasets.value]
      if (id === null || ids.length === 0) {
        set.value = map.value = shown.value = null
        return
      }
      const before = set.value
      const found = await ask('latent.open', { model: id, datasets: [...ids] })
      await nextTurn()
      if (!isCurrent()) return
      epoch.value = currentEpoch()
      const isSame = before !== null && hasSamePoints(before, found)
      if (!isSame) map.value = shown.value = null
      set.value = found
      if (!isSame) projection.value = chosenBefore(found) ?? firstProjection(found, isLearning())
      await project(isCurrent, isSame ? before.set : undefined)
    })
  }

  /** A map that is still being made for an older choice is given up. */
  function choose(next: Projection): void {
    if (isBusy.value) inBackground(stop())
    projection.value = next
    inBackground(work((isCurrent) => project(isCurrent)))
  }

  watch([model, datasets], () => inBackground(open()), { immediate: true })
  /** Whether the map is made anew whenever the model has learned on. */
  const follows = shallowRef(false)
  watch([follows, isOutdated, isBusy], () => {
    if (follows.value && isOutdated.value && !isBusy.value && !failure.value && !isStopped.value)
      inBackground(open())
  })
  const isReimported = useReimported(set)
  const state = { failure, isBusy, isStopped, isOutdated, isReimported, job }
  return { follows, set, map, shown, projection, ...state, stop, open, choose }
}

/** The images of one of its datasets have been imported again: points stand for other images now. */
function useReimported(set: Ref<CodeSet | null>) {
  const store = useDatasetsStore()
  const hasChanged = ({ id, revision }: CodeSet['datasets'][number]) => {
    const now = store.items.get(id)
    return now?.state === 'ready' && now.revision !== revision
  }
  return computed(() => set.value?.datasets.some(hasChanged) ?? false)
}

/** UMAP with the usual settings, of an even sample where all would take long. */
export const defaultUmap = (count: number): Projection & { method: 'umap' } => ({
  method: 'umap',
  components: 2,
  neighbors: 15,
  minDistance: 0.1,
  metric: 'euclidean',
  seed: 1,
  ...(count > largestQuickUmap ? { sample: largestQuickUmap } : {}),
})

/** What is drawn when nobody has chosen: UMAP, which shows groups best, where there is something to compute. */
export function firstProjection(
  { dimensions, count, broken }: Pick<CodeSet, 'dimensions' | 'count' | 'broken'>,
  isLearning: boolean,
): Projection {
  if (dimensions <= mostPlain)
    return { method: 'dims', axes: Array.from({ length: dimensions }, (_, i) => i) }
  if (isLearning || count - broken < fewestForUmap) return { method: 'pca', components: 2 }
  return defaultUmap(count)
}
