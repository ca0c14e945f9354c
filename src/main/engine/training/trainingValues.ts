import type { ModelSpec } from '../../../shared/modelSpec'
import { kernelLayers } from '../models/autoencoder'
import { decoderCopies } from '../models/decoderCopies'
import type { ParameterSet } from '../models/parameters'
import type { CompiledProgram } from '../runtimes/runtime'
import { averageSlot, type TrainingProgram } from './trainingProgram'

type Values = Readonly<Record<string, Float32Array>>

/** What training moves, beside the average of it that is the model. */
const trainedSlot = '/trained'

/**
 * Variables as a checkpoint names them: parameters by name, the optimizer's state as `NAME/m` and the like. Where weights
 * are averaged `NAME` is the average, and `NAME/trained` what training moves.
 *
 * @param read all variables of the program
 */
export function namedValues(
  { parameters, optimizer, copies }: TrainingProgram,
  read: Values,
  averaged: boolean,
): Record<string, Float32Array> {
  const named = optimizer.slots.map((slot) => parameters.fromVariables(read, slot))
  const weights = parameters.fromVariables(read)
  if (averaged) {
    const averages = parameters.fromVariables(read, averageSlot)
    for (const { name } of parameters.parameters)
      named.push({ [name]: averages[name + averageSlot]!, [name + trainedSlot]: weights[name]! })
  } else named.push(weights)
  return Object.assign({}, ...named, ...copies.map(({ name }) => ({ [name]: read[name]! })))
}

/** The reverse of `namedValues`. The optimizer's state may be missing, and what training moves: then it is the model. */
export function variableValues(
  { parameters, optimizer, copies }: TrainingProgram,
  values: Values,
  averaged: boolean,
): Record<string, Float32Array> {
  const each = (suffix: string, valueOf: (name: string) => Float32Array) =>
    parameters.toVariables(
      Object.fromEntries(parameters.parameters.map(({ name }) => [name + suffix, valueOf(name)])),
      suffix,
    )
  const state = optimizer.slots.map((slot) => {
    const missing = parameters.parameters.some(({ name }) => !values[name + slot])
    return each(slot, (name) => (missing ? new Float32Array(values[name]!.length) : values[name + slot]!))
  })
  if (averaged) state.push(each(averageSlot, (name) => values[name]!))
  const trained = each('', (name) => values[name + trainedSlot] ?? values[name]!)
  return Object.assign(trained, ...state, ...copies.map(({ name }) => ({ [name]: values[name]! })))
}

/** ‖WᵀW − I‖ of each kernel of the encoder; none of a network without one. */
export async function orthogonalityOf(compiled: CompiledProgram, spec: ModelSpec): Promise<number[]> {
  if (kernelLayers(spec).length === 0) return []
  return Array.from((await compiled.run('orthogonality', {})).norms!.data)
}

/** Sets a decoder that follows the encoder once an epoch. */
export async function copyDecoder(
  compiled: CompiledProgram,
  spec: ModelSpec,
  parameters: ParameterSet,
): Promise<void> {
  const eachEpoch = spec.tying === 'pseudo-inverse' || (spec.tying === 'copied' && spec.copyEvery === 'epoch')
  if (!eachEpoch) return
  const read = await compiled.read(parameters.variables.map(({ name }) => name))
  await compiled.write(decoderCopies(spec, parameters.fromVariables(read)))
}
