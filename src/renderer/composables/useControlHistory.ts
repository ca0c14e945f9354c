import { computed, shallowRef } from 'vue'
import type { DenoiseControls } from '../../shared/api/denoising'

/** What was set for which pictures. */
interface Step {
  readonly ids: readonly string[]
  readonly before: DenoiseControls
  readonly after: DenoiseControls
}

/** Changes of one control that follow each other this closely are one. */
const togetherMs = 600
const mostSteps = 200

/** Undo and redo of what is set. */
export function useControlHistory(
  apply: (ids: readonly string[], controls: DenoiseControls) => Promise<unknown>,
) {
  const done = shallowRef<readonly Step[]>([])
  const undone = shallowRef<readonly Step[]>([])
  let latest = { at: 0, control: '' }

  async function change(
    ids: readonly string[],
    before: DenoiseControls,
    changes: Partial<DenoiseControls>,
  ): Promise<void> {
    const after = { ...before, ...changes }
    const control = `${Object.keys(changes).join()} ${ids.join()}`
    const isSameMove = latest.control === control && Date.now() - latest.at < togetherMs
    const last = done.value.at(-1)
    const step = isSameMove && last ? { ...last, after } : { ids, before, after }
    done.value = [...(isSameMove ? done.value.slice(0, -1) : done.value), step].slice(-mostSteps)
    undone.value = []
    latest = { at: Date.now(), control }
    await apply(ids, after)
  }

  async function undo(): Promise<void> {
    const step = done.value.at(-1)
    if (!step) return
    done.value = done.value.slice(0, -1)
    undone.value = [...undone.value, step]
    latest = { at: 0, control: '' }
    await apply(step.ids, step.before)
  }

  async function redo(): Promise<void> {
    const step = undone.value.at(-1)
    if (!step) return
    undone.value = undone.value.slice(0, -1)
    done.value = [...done.value, step]
    await apply(step.ids, step.after)
  }
  return {
    change,
    undo,
    redo,
    canUndo: computed(() => done.value.length > 0),
    canRedo: computed(() => undone.value.length > 0),
  }
}
