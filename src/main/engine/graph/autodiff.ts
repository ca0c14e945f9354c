import { topologicalOrder } from './operation'
import { add } from './ops/arithmetic'
import { broadcastLike, broadcastSource } from './ops/broadcast'
import { fill } from './ops/constant'
import { readTransposed } from './ops/transpose'
import type { Node, Tensor } from './tensor'

/**
 * Reverse-mode differentiation: ∂loss/∂x for each x, as new nodes. A tensor read several times, such as a tied kernel,
 * gets the sum over its uses; one that the loss does not depend on gets zeros.
 *
 * @param loss float32 of shape []
 * @param variables anything but broadcasts, which arithmetic reads past to what they repeat, and transposes, which products
 * read past
 */
export function gradients(loss: Tensor, variables: readonly Tensor[]): Tensor[] {
  if (loss.shape.length) throw new Error('Only a scalar has gradients.')
  if (variables.some(broadcastSource))
    throw new Error('Differentiate with respect to what a broadcast repeats.')
  if (variables.some((variable) => readTransposed(variable, false).of !== variable))
    throw new Error('Differentiate with respect to what is transposed.')
  const order = topologicalOrder([loss])
  const needed = nodesThatReach(order, new Set(variables))
  const received = new Map<Tensor, Tensor>([[loss, fill([], 1)]])
  for (const node of order.reverse()) {
    const output = node.outputs.find((tensor) => received.has(tensor))
    if (!output || !node.operation.gradient || !node.inputs.some((input) => needed.has(input))) continue
    const flows = node.operation.gradient({
      inputs: node.inputs,
      outputs: node.outputs,
      attributes: node.attributes,
      gradient: received.get(output)!,
      needed: node.inputs.map((input) => needed.has(input)),
    })
    flows.forEach((flow, i) => {
      const input = node.inputs[i]!
      if (!flow || !needed.has(input)) return
      const sofar = received.get(input)
      received.set(input, sofar ? add(sofar, flow) : flow)
    })
  }
  return variables.map((variable) => received.get(variable) ?? broadcastLike(fill([], 0), variable))
}

function nodesThatReach(order: readonly Node[], variables: ReadonlySet<Tensor>): Set<Tensor> {
  const reached = new Set<Tensor>()
  for (const node of order) {
    const dependent = node.inputs.some((input) => reached.has(input))
    for (const output of node.outputs) if (dependent || variables.has(output)) reached.add(output)
  }
  return reached
}
