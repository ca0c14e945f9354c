import { computed, type Ref, shallowRef, watch } from 'vue'
import type { CodeSet, ProjectedCodes, Projection } from '../../shared/api/latent'
import { useModelsStore } from '../stores/useModelsStore'
import { StoppedError, useAnswer } from './useAnswer'

/** Codes of few numbers are a map as they are. */
const mostPlain = 3

/** What is said of a million points is a large message: what comes of it is done in a turn of its own. */
const nextTurn = () => new Promise((resolve) => setTimeout(resolve))

/** The map of a model's codes: opened, projected, and again whenever what is asked for changes. */
export function useCodeMap(model: Ref<string | null>, datasets: Ref<readonly string[]>) {
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
    const found = await ask('latent.project', params)
    await nextTurn()
    if (!isCurrent()) return
    shown.value = params.projection
    map.value = found
  }

  function open(): Promise<void> {
    return work(async (isCurrent) => {
      const [id, ids] = [model.value, datasets.value]
      if (id === null || ids.length === 0) {
        set.value = map.value = null
        return
      }
      const before = set.value
      const found = await ask('latent.open', { model: id, datasets: [...ids] })
      await nextTurn()
      if (!isCurrent()) return
      epoch.value = currentEpoch()
      const isSame =
        before?.model === id && before.count === found.count && before.dimensions === found.dimensions
      if (!isSame) {
        map.value = null
        projection.value = firstProjection(found.dimensions)
      }
      set.value = found
      await project(isCurrent, isSame ? before.set : undefined)
    })
  }

  function choose(next: Projection): void {
    projection.value = next
    void work((isCurrent) => project(isCurrent))
  }

  watch([model, datasets], () => void open(), { immediate: true })
  /** Whether the map is made anew whenever the model has learned on. */
  const follows = shallowRef(false)
  watch([follows, isOutdated, isBusy], () => {
    if (follows.value && isOutdated.value && !isBusy.value && !failure.value && !isStopped.value) void open()
  })
  return {
    follows,
    set,
    map,
    shown,
    projection,
    failure,
    isBusy,
    isStopped,
    isOutdated,
    job,
    stop,
    open,
    choose,
  }
}

export function firstProjection(dimensions: number): Projection {
  return dimensions <= mostPlain
    ? { method: 'dims', axes: Array.from({ length: dimensions }, (_, i) => i) }
    : { method: 'pca', components: 2 }
}
