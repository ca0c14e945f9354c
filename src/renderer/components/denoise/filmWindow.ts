export interface FilmView {
  /** Frames on the film. */
  readonly count: number
  /** Pixels from one frame to the next. */
  readonly pitch: number
  /** How far it is scrolled, and what is seen of it, in pixels. */
  readonly left: number
  readonly width: number
  /** The frame that can have the focus, which is always there; -1 where there is none. */
  readonly current: number
}

/** Frames beyond either edge that are there before they are seen. */
const margin = 3

/** Which frames are on the page: those in sight and a few beside them, in their order. */
export function framesOnPage({ count, pitch, left, width, current }: FilmView): number[] {
  const from = Math.max(0, Math.floor(left / pitch) - margin)
  const to = Math.min(count, Math.ceil((left + width) / pitch) + margin)
  const frames = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
  if (current < 0 || current >= count || (current >= from && current < to)) return frames
  return current < from ? [current, ...frames] : [...frames, current]
}

/** Where the film has to be scrolled to for a frame to be seen whole. */
export function scrolledTo(
  frame: number,
  { pitch, left, width }: Omit<FilmView, 'current' | 'count'>,
): number {
  const start = frame * pitch
  if (start < left) return start
  return start + pitch > left + width ? start + pitch - width : left
}
