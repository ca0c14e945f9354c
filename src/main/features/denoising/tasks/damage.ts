import { fillBending } from '../../../engine/restoration/fillBending'
import { findScratches } from '../../../engine/restoration/findScratches'
import { findJpegGrid } from '../../../engine/restoration/jpegGrid'
import { lanczos3, resize } from '../../../engine/restoration/resample'
import { brightnessQuantisers } from '../../../engine/synthesis/jpeg'
import { joinedFloats } from '../../../../shared/pieces'

interface Tasks {
  /** Holes in planes filled without a model. @param mask 1 where pixels are missing */
  fillPlanes: {
    params: { data: Float32Array; mask: Uint8Array; height: number; width: number }
    result: { data: Float32Array }
    event: never
  }
  /** What looks like a scratch in a plane of brightness. */
  findDamage: {
    params: { data: Float32Array; height: number; width: number }
    result: { mask: Uint8Array }
    event: never
  }
  /** Planes resized by Lanczos' filter. */
  enlargePlanes: {
    params: { data: Float32Array; height: number; width: number; rows: number; columns: number }
    result: { data: Float32Array }
    event: never
  }
  /** Of a table of a JPEG file, or of brightness 0..255; null where no grid is seen. */
  jpegQuality: {
    params: { table: readonly number[] | null; data: Float32Array | null; height: number; width: number }
    result: { quality: number | null }
    event: never
  }
}

type Task<T extends keyof Tasks> = (params: Tasks[T]['params']) => Promise<Tasks[T]['result']>

/** Fills what a mask covers, plane by plane. */
export const fillPlanes: Task<'fillPlanes'> = async ({ data, mask, ...size }) => ({
  data: eachPlane(data, mask.length, (plane) => fillBending(plane, mask, size)),
})

export const findDamage: Task<'findDamage'> = async ({ data, ...size }) => ({
  mask: findScratches(data, size),
})

/** Resizes plane by plane. */
export const enlargePlanes: Task<'enlargePlanes'> = async ({ data, height, width, rows, columns }) => ({
  data: eachPlane(
    data,
    height * width,
    (plane) => resize({ height, width, data: plane }, rows, columns, lanczos3).data,
  ),
})

export const jpegQuality: Task<'jpegQuality'> = async ({ table, data, ...size }) => ({
  quality: table ? qualityOfTable(table) : data ? (findJpegGrid({ ...size, data })?.quality ?? null) : null,
})

/** That of the nearest table that libjpeg makes. Other programs have tables of their own, which are about as coarse. */
export function qualityOfTable(table: readonly number[]): number {
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)
  const off = Array.from({ length: 100 }, (_, i) => Math.abs(sum(brightnessQuantisers(i + 1)) - sum(table)))
  return 1 + off.indexOf(Math.min(...off))
}

function eachPlane(
  data: Float32Array,
  size: number,
  change: (plane: Float32Array) => Float32Array,
): Float32Array {
  const planes = Array.from({ length: data.length / size }, (_, i) => data.slice(i * size, (i + 1) * size))
  return joinedFloats(planes.map(change))
}
