import { computed, shallowRef } from 'vue'
import type { DenoiseControls } from '../../shared/api/denoising'

/** What is set for some pictures. */
export interface Setting {
  readonly ids: readonly string[]
  readonly controls: DenoiseControls
  /** Whether it is of these pictures alone; what it was if not given. */
  readonly isOwn?: boolean
}

/** What was set for which pictures. */
interface Step {
  readonly before: readonly Setting[]
  readonly after: readonly Setting[]
}

/** Changes of one control that follow each other this closely are one. */
const togetherMs = 600
const mostSteps = 200

/** Undo and redo of what is set. */
export function useControlHistory(
  apply: (ids: readonly string[], controls: DenoiseControls, isOwn?: boolean) => Promise<unknown>,
) {
  const done = shallowRef<readonly Step[]>([])
  const undone = shallowRef<readonly Step[]>([])
  let latest = { at: 0, control: '' }

  async function applyAll(settings: readonly Setting[]): Promise<void> {
    for (const { ids, controls, isOwn } of settings) await apply(ids, controls, isOwn)
  }

  async function change(
    ids: readonly string[],
    before: DenoiseControls,
    changes: Partial<DenoiseControls>,
  ): Promise<void> {
    const after = { ...before, ...changes }
    const control = `${Object.keys(changes).join()} ${ids.join()}`
    const isSameMove = latest.control === control && Date.now() - latest.at < togetherMs
    const last = done.value.at(-1)
    const next = [{ ids, controls: after }]
    const step =
      isSameMove && last ? { ...last, after: next } : { before: [{ ids, controls: before }], after: next }
    done.value = [...(isSameMove ? done.value.slice(0, -1) : done.value), step].slice(-mostSteps)
    undone.value = []
    latest = { at: Date.now(), control }
    await apply(ids, after)
  }

  /** Something else for pictures that had each their own, as one step. */
  async function assign(before: readonly Setting[], after: readonly Setting[]): Promise<void> {
    done.value = [...done.value, { before, after }].slice(-mostSteps)
    undone.value = []
    latest = { at: 0, control: '' }
    await applyAll(after)
  }

  async function undo(): Promise<void> {
    const step = done.value.at(-1)
    if (!step) return
    done.value = done.value.slice(0, -1)
    undone.value = [...undone.value, step]
    latest = { at: 0, control: '' }
    await applyAll(step.before)
  }

  async function redo(): Promise<void> {
    const step = undone.value.at(-1)
    if (!step) return
    undone.value = undone.value.slice(0, -1)
    done.value = [...done.value, step]
    await applyAll(step.after)
  }
  return {
    change,
    assign,
    undo,
    redo,
    canUndo: computed(() => done.value.length > 0),
    canRedo: computed(() => undone.value.length > 0),
  }
}
