import { isFullyConvolutional } from '../../../../shared/modelSpec'
import { jpegLevel, missing, type NoiseSpec, noiseParts, toldLevel } from '../../../../shared/noise'
import type { ComputeClient } from '../../../worker/computeClient'
import type { ComputeTarget } from '../../../worker/protocol'
import type { RestoringModel } from '../tasks/denoisingTasks'
import { emptyLike } from '../../../engine/imaging/pixelValues'
import type { Picture } from '../../pictures/readPicture'
import {
  brightnessOf,
  brightnessOfPlanes,
  clamp,
  joined,
  planesOf,
  type Split,
  whiteOf,
} from './picturePlanes'

export const restoringKinds = ['jpeg', 'holes', 'scratches', 'blur', 'pairs', 'enlarge'] as const
export type RestoringKind = (typeof restoringKinds)[number]

/** A mask of a picture's size: 0 leaves a pixel as it is, 255 takes all of it from what is filled in. */
export type Mask = Uint8Array

/** A model, with what it learned to remove. */
export interface RestoringNetwork {
  readonly files: RestoringModel
  readonly trained: NoiseSpec | null
}

export interface RestoringWork extends ComputeTarget {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
  readonly tile: number | null
  readonly quality: 'fast' | 'best'
}

/** What a denoiser is told from step to step while it fills holes: it begins with what is coarse. */
const fillingLevels = geometric(20, 5, 12)
/** And while it sharpens what was enlarged: twelve steps take half as long again, for hundredths of a dB. */
const enlargingLevels = geometric(20, 4, 8)

function geometric(from: number, to: number, steps: number): readonly number[] {
  return Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)))
}

/** The pixels that a JPEG's artefacts are taken out of: its brightness. Colours stay as they are. */
export async function withoutJpeg(
  picture: Picture,
  quality: number,
  model: RestoringNetwork,
  work: RestoringWork,
): Promise<Picture['pixels']> {
  const brightness = brightnessOf(picture)
  const data = await throughModel(
    { data: brightness, planes: 1, height: picture.height, width: picture.width },
    { levels: [jpegLevel(quality)] },
    model,
    work,
  )
  const { pixels, channels } = picture
  const white = whiteOf(picture)
  const colors = channels < 3 ? 1 : 3
  return pixels.map((value, i) => {
    if (i % channels >= colors) return value
    const at = Math.floor(i / channels)
    return clamp(value + white * (data[at]! - brightness[at]!), white)
  })
}

/** Fills what a mask covers; other pixels stay as they are, to the bit. */
export async function filled(
  picture: Picture,
  mask: Mask,
  model: RestoringNetwork,
  work: RestoringWork,
): Promise<Picture['pixels']> {
  const split = planesOf(picture)
  const { height, width, planes } = split
  const isMissing = mask.map((value) => (value > 0 ? 1 : 0))
  const size = height * width
  const knowsHoles = model.trained !== null && noiseParts(model.trained).some(({ kind }) => kind === 'holes')
  const data = knowsHoles
    ? split.data.slice()
    : (await work.client.call('fillPlanes', { data: split.data, mask: isMissing, height, width })).data
  for (let plane = 0; plane < planes; plane++) {
    const own = data.subarray(plane * size, (plane + 1) * size)
    if (knowsHoles) own.forEach((_, i) => (own[i] = isMissing[i] === 1 ? missing : own[i]!))
  }
  // A model that has not seen holes takes a few steps from what bends least; one that has needs one.
  const levels = knowsHoles ? [0] : isFullyConvolutional(model.files.spec) ? fillingLevels : [0, 0, 0, 0]
  const filling = await throughModel({ ...split, data }, { levels, mask: isMissing }, model, work)
  return joined(picture, split, filling, (value, restored, at) => {
    const share = mask[at]! / 255
    return share === 0 ? value : value + share * (restored - value)
  })
}

/** A mask of what looks like a scratch. */
export async function maskOfScratches(
  picture: Picture,
  { client }: Pick<RestoringWork, 'client'>,
): Promise<Mask> {
  const { height, width } = picture
  const found = await client.call('findDamage', { data: brightnessOf(picture), height, width })
  return found.mask.map((value) => 255 * value)
}

/** A model that learned what is wrong with the picture, once over all of it. */
export async function throughTrained(
  picture: Picture,
  model: RestoringNetwork,
  work: RestoringWork,
): Promise<Picture['pixels']> {
  const split = planesOf(picture)
  const { trained } = model
  const level = trained ? toldLevel(trained.kind, (trained.min + trained.max) / 2) : 0
  const restored = await throughModel(split, { levels: [level] }, model, work)
  return joined(picture, split, restored, (_, value) => value)
}

/** The picture at twice its height and width. */
export async function enlarged(
  picture: Picture,
  model: RestoringNetwork,
  isTrainedForIt: boolean,
  work: RestoringWork,
): Promise<Picture> {
  const split = planesOf(picture)
  const { height, width, planes } = split
  const size = { height: 2 * height, width: 2 * width }
  const to = { rows: size.height, columns: size.width }
  const { data } = await work.client.call('enlargePlanes', { data: split.data, height, width, ...to })
  const large = { data, planes, ...size }
  const restored = isTrainedForIt
    ? await throughModel(large, { levels: [2] }, model, work)
    : await sharpened(large, split, model, work)
  const alpha = await alphaOf(picture, to, work)
  const { channels } = picture
  const white = whiteOf(picture)
  const area = size.height * size.width
  const pixels = emptyLike(picture.pixels, area * channels)
  for (let i = 0; i < area; i++)
    for (let c = 0; c < channels; c++)
      pixels[i * channels + c] = clamp(white * (c < planes ? restored[c * area + i]! : alpha![i]!), white)
  return { ...picture, ...size, pixels }
}

/**
 * What was enlarged by a filter, sharper, such that it still becomes the small picture when it is made smaller. Eyes see detail in
 * brightness, so a model of grey goes over that alone, for all colours at once: a third of the work.
 */
async function sharpened(
  large: Split,
  small: Split,
  model: RestoringNetwork,
  work: RestoringWork,
): Promise<Float32Array> {
  if (large.planes === 1 || model.files.spec.input.channels === 3)
    return throughModel(large, { levels: enlargingLevels, small }, model, work)
  const before = { ...large, planes: 1, data: brightnessOfPlanes(large) }
  const known = { ...small, planes: 1, data: brightnessOfPlanes(small) }
  const after = await throughModel(before, { levels: enlargingLevels, small: known }, model, work)
  const area = large.height * large.width
  const data = large.data.map((value, i) => value + after[i % area]! - before.data[i % area]!)
  return throughModel({ ...large, data }, { levels: [], small }, model, work)
}

async function alphaOf(
  picture: Picture,
  to: { rows: number; columns: number },
  { client }: RestoringWork,
): Promise<Float32Array | null> {
  const { pixels, channels, height, width } = picture
  if (channels % 2 === 1) return null
  const white = whiteOf(picture)
  const data = Float32Array.from(
    { length: height * width },
    (_, i) => pixels[(i + 1) * channels - 1]! / white,
  )
  return (await client.call('enlargePlanes', { data, height, width, ...to })).data
}

interface How {
  readonly levels: readonly number[]
  readonly mask?: Uint8Array
  readonly small?: { readonly height: number; readonly width: number; readonly data: Float32Array }
}

/** Planes through a model of grey, one by one; through one of colours all three together. */
async function throughModel(
  { data, planes, height, width }: Split,
  how: How,
  { files }: RestoringNetwork,
  { client, signal, onProgress, tile, quality, runtime, device }: RestoringWork,
): Promise<Float32Array> {
  const isColor = files.spec.input.channels === 3
  const given = isColor
    ? { data: interleaved(data, planes, height * width), planes: 1, channels: 3 as const }
    : { data, planes, channels: 1 as const }
  const model = { ...files, quality }
  const result = await client.call(
    'restorePlanes',
    { model, planes: { ...given, height, width }, ...how, tile, runtime, device },
    { signal, onEvent: ({ done, total }) => onProgress?.(done / total) },
  )
  return isColor ? apart(result.data, planes, height * width) : result.data
}

/** A picture in grey goes into a model of colours as one whose colours are alike. */
function interleaved(data: Float32Array, planes: number, size: number): Float32Array {
  return Float32Array.from(
    { length: 3 * size },
    (_, i) => data[(planes === 3 ? i % 3 : 0) * size + Math.floor(i / 3)]!,
  )
}

function apart(data: Float32Array, planes: number, size: number): Float32Array {
  if (planes === 3) return Float32Array.from(data, (_, i) => data[(i % size) * 3 + Math.floor(i / size)]!)
  return Float32Array.from(
    { length: size },
    (_, i) => (data[3 * i]! + data[3 * i + 1]! + data[3 * i + 2]!) / 3,
  )
}
