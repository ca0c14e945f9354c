import { ExpectedError } from '../../../shared/errors'
import {
  type ForeignActivation,
  foreignActivations,
  type ImportHints,
  type ValueRange,
} from '../../../shared/importing'
import { codeSize, hasCode } from '../../../shared/modelSpec'
import { difference, inUnits, turned, withModel } from './compareWithFile'
import { type ImportedModel, toleranceOf } from './importedModel'
import { sentence } from '../../../shared/texts/sentence'

/** Numbers with a shape, the first side counting images. */
interface Images {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Images and what the program that made a model makes of them, in its own range of values. */
export interface Reference {
  /** For sentences. */
  readonly name: string
  readonly given: Images
  readonly made: Images
}

/** More images prove no more. */
const mostImages = 32

/**
 * The model that gives what a reference says. Where the file does not say which activations its layers have, those are tried.
 * @param read with other hints
 * @throws ExpectedError `unsupported` where no reading of the file does
 */
export async function provedModel<M extends ImportedModel>(
  read: (hints: ImportHints) => Promise<M>,
  hints: ImportHints,
  reference: Reference,
): Promise<M> {
  const sized = { ...hints, input: hints.input ?? imageSizeOf(reference) }
  // A reference tells several ways apart, so that none of them has to be the usual.
  const first = await read({ ...sized, arrangement: 0 })
  // A file that runs as it is gives what it gives.
  if (first.original) return first
  let closest = Infinity
  for (const tried of attempts(first, sized, reference)) {
    const model = asFarAs(tried === sized ? first : await read(tried), reference)
    const apart = await differenceFrom(model, reference)
    if (apart <= toleranceOf(model)) return proved(model, reference, apart, tried === sized ? null : tried)
    closest = Math.min(closest, apart)
  }
  throw new ExpectedError(
    'unsupported',
    sentence('importing.differsFromReference', {
      name: reference.name,
      difference: closest === Infinity ? sentence('importing.theirNumber') : closest.toPrecision(2),
      tried: first.assumes ? sentence('importing.withAllActivations') : '',
    }),
  )
}

function proved<M extends ImportedModel>(
  model: M,
  { name, given }: Reference,
  apart: number,
  found: ImportHints | null,
): M {
  const { hidden, code, output } = found ?? {}
  const said = [
    ...(hidden ? [`${hidden} for the hidden layers`] : []),
    ...(code && code !== hidden ? [`${code} for the code`] : []),
    ...(output ? [`${output} for the output`] : []),
  ]
  const images = given.shape[0] === 1 ? 'the image' : `the ${given.shape[0]} images`
  return {
    ...model,
    proved: true,
    notes: [
      ...model.notes,
      `It gives what ${name} says for ${images} in it (largest difference ${apart.toPrecision(1)}).${said.length > 0 ? ` By it the activations are ${said.join(', ')}.` : ''}`,
    ],
  }
}

/** The usual ones first. */
const usual: readonly ForeignActivation[] = [
  'relu',
  'tanh',
  'sigmoid',
  'linear',
  'gelu',
  'leaky-relu-0.01',
  'elu',
  'leaky-relu',
  'silu',
]
/** What gives nothing below zero. */
const positive: ReadonlySet<ForeignActivation> = new Set(['relu', 'sigmoid', 'softplus'])

/** More take too long. */
const mostAttempts = 300

function* attempts(
  { assumes, arrangements = 1 }: ImportedModel,
  hints: ImportHints,
  { made }: Reference,
): Generator<ImportHints> {
  if (!assumes || (!assumes.hidden && !assumes.output)) {
    yield hints
    if (arrangements === 1) return
  }
  const all = [...new Set([...usual, ...foreignActivations])]
  const hiddens = assumes?.hidden && !hints.hidden ? all : [hints.hidden]
  const isBelowZero = made.data.some((value) => value < -1e-4)
  const outermost = isBelowZero ? 'tanh' : 'sigmoid'
  const others = all.filter((one) => one !== outermost && !(isBelowZero && positive.has(one)))
  const likeliest: readonly ForeignActivation[] = [outermost, ...others]
  const outputs = assumes?.output && !hints.output ? likeliest : [hints.output]
  const codesFor = (hidden: ForeignActivation | null) =>
    hints.code ? [hints.code] : hidden ? new Set([hidden, 'linear' as const]) : [null]
  const tried = hiddens.flatMap((hidden, h) =>
    [...codesFor(hidden)].flatMap((code, c) =>
      outputs.flatMap((output, o) =>
        Array.from({ length: arrangements }, (_, arrangement) => ({
          hints: { ...hints, hidden, code, output, ...(arrangements > 1 ? { arrangement } : {}) },
          rank: (1 + h) * (1 + c / 2) * (1 + o) * (1 + arrangement / 3),
        })),
      ),
    ),
  )
  // What is usual in all respects comes first, and what is unusual in several last.
  yield* tried
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, mostAttempts)
    .map((one) => one.hints)
}

/** Of an encoder alone the images that go in, of a decoder those that come out, whichever are larger. */
function imageSizeOf({ given, made }: Reference): ImportHints['input'] {
  const size = ({ shape }: Images) => shape.slice(1).reduce((product, side) => product * side, 1)
  return sizeOf((size(made) > size(given) ? made : given).shape)
}

/** Of images that are no rows of numbers. */
function sizeOf(shape: readonly number[]): ImportHints['input'] {
  const [, a = 0, b = 0, c = 1] = shape
  if (shape.length === 3) return { height: a, width: b, channels: 1 }
  if (shape.length !== 4) return null
  if (c === 1 || c === 3) return { height: a, width: b, channels: c }
  return a === 1 || a === 3 ? { height: b, width: c, channels: a } : null
}

/** The largest difference; where images are as wide as they have channels, either may come first. */
async function differenceFrom(model: ImportedModel, { given, made }: Reference): Promise<number> {
  const { channels } = model.spec.input
  const [, second, , last] = given.shape
  const mayBeEither = given.shape.length === 4 && second === channels && last === channels
  const asLast = await differenceIn(model, { given, made }, mayBeEither ? false : null)
  return mayBeEither ? Math.min(asLast, await differenceIn(model, { given, made }, true)) : asLast
}

/** @param isFirst whether channels come first; null where the shape says it */
async function differenceIn(
  model: ImportedModel,
  { given, made }: Omit<Reference, 'name'>,
  isFirst: boolean | null,
): Promise<number> {
  const { input } = model.spec
  const size = input.height * input.width * input.channels
  const all = given.shape[0] ?? 0
  const count = Math.min(mostImages, all)
  const [reads, gives] = sizesOf(model, size)
  if (count === 0 || given.data.length !== reads * all || made.data.length !== gives * all) return Infinity
  const { given: takes, made: makes } = model.ranges ?? { given: '0..1', made: '0..1' }
  const taken = (images: Images, i: number, range: ValueRange, isCode: boolean) =>
    isCode
      ? images.data.slice((i * images.data.length) / all, ((i + 1) * images.data.length) / all)
      : inUnits(imageAt(images, i, input.channels, isFirst), range)
  return withModel(model, async (give) => {
    let largest = 0
    // One image that differs is enough to know that the model is another.
    for (let i = 0; i < count && largest <= toleranceOf(model); i++) {
      const image = taken(given, i, takes, model.half === 'decoder')
      const expected = taken(made, i, makes, model.half === 'encoder')
      largest = Math.max(largest, difference(await give(image), expected))
    }
    return largest
  })
}

/** How many numbers go in and come out. */
function sizesOf({ spec, half }: ImportedModel, image: number): readonly [number, number] {
  if (half === 'encoder') return [image, codeSize(spec)]
  return half === 'decoder' ? [codeSize(spec), image] : [image, image]
}

/** A model whose codes, or what it makes of codes, are all that a reference holds. */
function asFarAs<M extends ImportedModel>(model: M, { given, made }: Reference): M {
  if (model.half || !hasCode(model.spec)) return model
  const size = ({ shape }: Images) => shape.slice(1).reduce((product, side) => product * side, 1)
  const { height, width, channels } = model.spec.input
  const [image, code] = [height * width * channels, codeSize(model.spec)]
  if (image === code) return model
  if (size(given) === image && size(made) === code) return { ...model, half: 'encoder' }
  return size(given) === code && size(made) === image ? { ...model, half: 'decoder' } : model
}

/** Channels last, whatever comes first in the reference. */
function imageAt(
  { shape, data }: Images,
  i: number,
  channels: number,
  isFirst: boolean | null,
): Float32Array {
  const size = data.length / shape[0]!
  const image = data.slice(i * size, (i + 1) * size)
  const isTurned = isFirst ?? (shape.length === 4 && shape[1] === channels && shape[3] !== channels)
  return isTurned ? turned(image, channels, size / channels) : image
}
