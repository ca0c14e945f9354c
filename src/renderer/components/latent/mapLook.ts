import type { SelectionMode } from '../../composables/useSelection'
import type { Mark } from './mapOverlay'

/** How the points of a map look. */
export interface MapLook {
  readonly colours: Uint32Array
  /** 0 for points that the legend has switched off. */
  readonly visible: Uint8Array | null
  readonly selected: Uint8Array
  readonly selectedCount: number
  /** The point that is looked at. */
  readonly focus: number | null
  readonly marks: readonly Mark[]
}

/** What a person does with the points of a map, and between them. */
export interface MapEvents {
  focus: [point: number | null]
  place: [place: Float32Array]
  select: [points: Uint8Array, mode: SelectionMode]
  toggle: [point: number]
}
