import { z } from 'zod'
import type { Weight } from '../models/weights'
import { type ImportedModel, unreadable } from './importedModel'
import { modelOfSpec } from './ownSpec'

export const jsonModelSchema = z.object({
  about: z.record(z.string(), z.string()).default({}),
  spec: z.unknown(),
  weights: z.record(z.string(), z.unknown()),
})

/** Our own JSON. @throws ExpectedError */
export function importJson(
  { about, spec, weights }: z.infer<typeof jsonModelSchema>,
  file: string,
): ImportedModel {
  const weightOf = (name: string) =>
    Object.hasOwn(weights, name) ? flattened(weights[name], name, file) : null
  return modelOfSpec(spec, about, weightOf, file)
}

/** A nested list as an array with its shape. */
function flattened(value: unknown, name: string, file: string): Weight {
  const shape: number[] = []
  for (let inner = value; Array.isArray(inner) && shape.length < 5; inner = (inner as unknown[])[0])
    shape.push(inner.length)
  const numbers = Array.isArray(value) ? (value as unknown[]).flat(4) : []
  const size = shape.reduce((product, side) => product * side, 1)
  if (numbers.length !== size || !numbers.every((number) => typeof number === 'number'))
    throw unreadable(file, `${name} in it is no even list of numbers`)
  return { shape, data: Float32Array.from(numbers) }
}
