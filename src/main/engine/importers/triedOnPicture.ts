import { ExpectedError } from '../../../shared/errors'
import { givenBy, pictures } from './compareWithFile'
import type { ImportedModel } from './importedModel'
import { sentence } from '../../../shared/texts/sentence'

/** Where no program is there to compare a model with, what it gives is looked at for what no image is. */
const far = { below: -1, above: 2 }

/**
 * A model of another program that nothing could prove, tried on noise and on something like a picture.
 * @returns it with a sentence that says so; one that is proved, or Hourglass's own, as it is
 * @throws ExpectedError `unsupported` where it gives no numbers
 */
export async function triedOnPicture<M extends ImportedModel>(model: M): Promise<M> {
  if (model.proved !== false) return model
  const { input } = model.spec
  // What half a model gives for half of what it was made for says nothing.
  const whole = { spec: model.spec, weights: model.weights } as ImportedModel
  const given = await Promise.all(pictures(input).map((image) => givenBy(whole, image)))
  const size = input.height * input.width * input.channels
  if (given.some((values) => values.length !== size || !values.every(Number.isFinite)))
    throw new ExpectedError('unsupported', sentence('importing.notFinite'))
  const [least, most] = given.reduce(
    (range, values) => values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], range),
    [Infinity, -Infinity] as readonly [number, number],
  )
  const isFar = least < far.below || most > far.above
  return {
    ...model,
    notes: [
      ...model.notes,
      ...(isFar
        ? [
            `Of a test picture it makes values from ${least.toPrecision(2)} to ${most.toPrecision(2)}, where black is 0 and white 1: if its images are in another range, say so.`,
          ]
        : []),
      'Not proved: the file cannot be run here as its own program runs it. Try it on images that you know, or compare it with what that program makes of some (import-model --reference).',
    ],
  }
}
