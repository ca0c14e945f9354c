import { computed, shallowRef } from 'vue'

export type SelectionMode = 'replace' | 'add' | 'subtract'

type Mask = Uint8Array<ArrayBuffer>

/** With a million points each of them is a megabyte. */
const keptSteps = 20

/** Some of many points: a mask, which is a new one after every change. Changes can be undone. */
export function useSelection() {
  const mask = shallowRef<Mask>(new Uint8Array(0))
  const count = shallowRef(0)
  /** Masks before this one, the latest last. */
  const earlier = shallowRef<readonly Mask[]>([])

  function put(next: Mask): void {
    let sum = 0
    for (let i = 0; i < next.length; i++) sum += next[i]!
    mask.value = next
    count.value = sum
  }
  function set(next: Mask): void {
    const before = mask.value
    if (next.every((one, i) => one === before[i])) return
    earlier.value = [...earlier.value, before].slice(-keptSteps)
    put(next)
  }
  /** Takes over what was selected before, with what can be undone. */
  function restore(selected: Mask, steps: readonly Mask[]): void {
    earlier.value = steps
    put(selected)
  }
  /** None of so many, and nothing to undo. */
  const reset = (size: number) => restore(new Uint8Array(size), [])
  const clear = () => set(new Uint8Array(mask.value.length))
  function undo(): void {
    const before = earlier.value.at(-1)
    if (before) restore(before, earlier.value.slice(0, -1))
  }

  /** @param points 1 for those that were drawn around */
  function apply(points: Uint8Array, mode: SelectionMode): void {
    const next = mode === 'replace' ? new Uint8Array(mask.value.length) : mask.value.slice()
    const value = mode === 'subtract' ? 0 : 1
    for (let i = 0; i < points.length; i++) if (points[i]) next[i] = value
    set(next)
  }
  function applyList(points: ArrayLike<number>, mode: SelectionMode): void {
    const some = new Uint8Array(mask.value.length)
    for (let i = 0; i < points.length; i++) some[points[i]!] = 1
    apply(some, mode)
  }
  const toggle = (point: number) => applyList([point], mask.value[point] ? 'subtract' : 'add')
  const invert = () => set(mask.value.map((one) => 1 - one))
  /** Ascending. */
  function points(): Int32Array<ArrayBuffer> {
    const list = new Int32Array(count.value)
    let at = 0
    const selected = mask.value
    for (let i = 0; i < selected.length; i++) if (selected[i]) list[at++] = i
    return list
  }
  const canUndo = computed(() => earlier.value.length > 0)
  return {
    mask,
    count,
    earlier,
    canUndo,
    restore,
    reset,
    clear,
    undo,
    apply,
    applyList,
    toggle,
    invert,
    points,
  }
}
