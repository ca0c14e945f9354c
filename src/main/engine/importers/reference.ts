import { ExpectedError } from '../../../shared/errors'
import { type ForeignActivation, foreignActivations, type ImportHints } from '../../../shared/importing'
import { difference, inUnits, turned, withModel } from './compareWithFile'
import { type ImportedModel, toleranceOf } from './importedModel'

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
  const sized = { ...hints, input: hints.input ?? sizeOf(reference.given.shape) }
  // A reference tells several ways apart, so that none of them has to be the usual.
  const first = await read({ ...sized, arrangement: 0 })
  // A file that runs as it is gives what it gives.
  if (first.original) return first
  let closest = Infinity
  for (const tried of attempts(first, sized, reference)) {
    const model = tried === sized ? first : await read(tried)
    const apart = await differenceFrom(model, reference)
    if (apart <= toleranceOf(model)) return proved(model, reference, apart, tried === sized ? null : tried)
    closest = Math.min(closest, apart)
  }
  throw new ExpectedError(
    'unsupported',
    `${reference.name} does not fit the model: what Hourglass makes of its images differs from what it says (by ${closest === Infinity ? 'their number' : closest.toPrecision(2)}, where black is 0 and white 1)${first.assumes ? ', with all activations that Hourglass has' : ''}. Check that it was made with the weights of this file, or export the model as ONNX.`,
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
          rank: h + c / 2 + o + arrangement / 3,
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
  const count = Math.min(mostImages, given.shape[0] ?? 0)
  if (count === 0 || given.data.length !== size * given.shape[0]! || made.data.length !== given.data.length)
    return Infinity
  const { given: takes, made: makes } = model.ranges ?? { given: '0..1', made: '0..1' }
  return withModel(model, async (give) => {
    let largest = 0
    // One image that differs is enough to know that the model is another.
    for (let i = 0; i < count && largest <= toleranceOf(model); i++) {
      const image = inUnits(imageAt(given, i, input.channels, isFirst), takes)
      const expected = inUnits(imageAt(made, i, input.channels, isFirst), makes)
      largest = Math.max(largest, difference(await give(image), expected))
    }
    return largest
  })
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
