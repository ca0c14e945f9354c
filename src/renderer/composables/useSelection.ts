import { shallowRef } from 'vue'

export type SelectionMode = 'replace' | 'add' | 'subtract'

/** Some of many points: a mask, which is a new one after every change. */
export function useSelection() {
  const mask = shallowRef(new Uint8Array(0))
  const count = shallowRef(0)

  function set(next: Uint8Array<ArrayBuffer>): void {
    let sum = 0
    for (let i = 0; i < next.length; i++) sum += next[i]!
    mask.value = next
    count.value = sum
  }
  /** None of so many. */
  const reset = (size: number) => set(new Uint8Array(size))
  const clear = () => reset(mask.value.length)

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
  return { mask, count, reset, clear, apply, applyList, toggle, invert, points }
}
