import { gradients } from '../../../../src/main/engine/graph/autodiff'
import { activationFunctions } from '../../../../src/main/engine/graph/ops/activations'
import { add, sub } from '../../../../src/main/engine/graph/ops/arithmetic'
import { biasAdd } from '../../../../src/main/engine/graph/ops/biasAdd'
import { matmul } from '../../../../src/main/engine/graph/ops/matmul'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reduceMean } from '../../../../src/main/engine/graph/ops/reduce'
import { split } from '../../../../src/main/engine/graph/ops/split'
import { adam } from '../../../../src/main/engine/graph/ops/updates/adam'
import { momentumStep } from '../../../../src/main/engine/graph/ops/updates/momentum'
import { rmspropStep } from '../../../../src/main/engine/graph/ops/updates/rmsprop'
import { square } from '../../../../src/main/engine/graph/ops/unary'
import { unitInterval } from '../../../../src/main/engine/graph/ops/unitInterval'
import type { GraphFunction, Program } from '../../../../src/main/engine/graph/program'
import { BATCH, type Tensor } from '../../../../src/main/engine/graph/tensor'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import { compositions, operations } from '../graph/gradientCases'
import type { GradientCase } from '../graph/finiteDifferences'

/** A function for each row of the table of operations: its output, and its gradients where it has any. */
export function everyOperation(): GraphFunction[] {
  const cases = Object.values(operations)
    .flatMap((exports) => Object.entries(exports))
    .flatMap(([name, rows]) =>
      typeof rows === 'string' ? [] : Object.values(rows).map((row): [string, GradientCase] => [name, row]),
    )
  return [...cases, ...Object.entries(compositions)].map(([name, { inputs, of }], row) => {
    const tensors = inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
    const y = of(...tensors)
    const flows = gradients(reduceMean(square(y)), tensors).map((flow, i) => [`dx${i}`, flow] as const)
    return { name: `${name.replaceAll(/\W/g, '-')}-${row}`, outputs: { y, ...Object.fromEntries(flows) } }
  })
}

const kernel = createVariable('kernel', [6, 3])
const bias = createVariable('bias', [3])
const moments = ['m', 'v'].map((name) => createVariable(name, kernel.shape))
const velocity = createVariable('velocity', bias.shape)
const packed = createVariable('packed', [5])
const packedState = ['square', 'speed'].map((name) => createVariable(name, packed.shape))

/** A tied autoencoder on bytes and a step of training it, with every update, a split, and a value computed in place. */
export function smallProgram(): Program {
  const x = unitInterval(placeholder('pixels', [BATCH, 6], 'uint8'))
  const code = activationFunctions.sigmoid(biasAdd(matmul(x, kernel.value), bias.value))
  const output = matmul(code, kernel.value, false, true)
  const [head, tail] = split(packed.value, [2, 3]) as [Tensor, Tensor]
  const loss = add(
    reduceMean(square(sub(output, x))),
    add(reduceMean(square(head)), reduceMean(square(tail))),
  )
  const [dKernel, dBias] = gradients(loss, [kernel.value, bias.value]) as [Tensor, Tensor]
  const rate = placeholder('rate', [])
  const [m, v] = moments as [typeof kernel, typeof kernel]
  const [squares, speed] = packedState as [typeof packed, typeof packed]
  const three = [kernel, m, v] as const
  const nextKernel = adam(kernel.value, [m.value, v.value], dKernel, rate, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    gradientFactor: 1,
    variables: three,
  })
  const nextBias = momentumStep(bias.value, velocity.value, dBias, rate, {
    momentum: 0.9,
    variables: [bias, velocity],
  })
  const rms = { decay: 0.9, momentum: 0.5, epsilon: 1e-7, variables: [packed, squares, speed] as const }
  const nextPacked = rmspropStep(packed.value, [squares.value, speed.value], packed.value, rate, rms)
  const updates = new Map([
    ...three.map((variable, i) => [variable, nextKernel[i]!] as const),
    ...[bias, velocity].map((variable, i) => [variable, nextBias[i]!] as const),
    ...rms.variables.map((variable, i) => [variable, nextPacked[i]!] as const),
  ])
  return {
    variables: [...updates.keys()],
    functions: [
      { name: 'reconstruct', outputs: { code, output } },
      { name: 'train', outputs: { loss }, updates },
    ],
  }
}
