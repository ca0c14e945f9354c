import type { OnnxEmitter, TensorflowEmitter } from './emitters'
import type { Node, Tensor, TensorType } from './tensor'

/** What a gradient rule sees: the node, its outputs and ∂loss/∂output for each (null where the loss does not depend on it). */
export interface GradientContext<A> {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly attributes: A
  /** ∂loss/∂(first output). */
  readonly gradient: Tensor
  readonly needed: readonly boolean[]
}

/** Everything there is to know about one operation; adding one is adding one file in ops/. */
export interface Operation<A = unknown> {
  readonly name: string
  /** The shape rule: types of the outputs. @throws Error that names the operation when the inputs do not fit */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[]
  /** The gradient rule: ∂loss/∂input for each input, null where none flows. Without a rule nothing flows at all. */
  gradient?(context: GradientContext<A>): readonly (Tensor | null)[]
  /** Names of the outputs in an authored GraphDef. */
  tensorflow(emit: TensorflowEmitter, inputs: readonly string[], node: Node<A>): string | readonly string[]
  /** Names of the outputs in an authored ONNX graph. */
  onnx(emit: OnnxEmitter, inputs: readonly string[], node: Node<A>): string | readonly string[]
}

let nextId = 0

/** Applies an operation; its outputs are in the returned node. */
export function applyOperation<A>(
  operation: Operation<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Node<A> {
  const outputs: Tensor[] = []
  const node: Node<A> = { id: nextId++, operation, inputs, attributes, outputs }
  operation
    .infer(inputs, attributes)
    .forEach((type, index) => outputs.push({ ...type, node: node as Node, index }))
  return node
}

/** As `applyOperation`, for operations with one output. */
export function apply<A>(operation: Operation<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  return applyOperation(operation, inputs, attributes).outputs[0]!
}

/** Nodes that `outputs` need, each after its inputs. */
export function topologicalOrder(outputs: readonly Tensor[]): Node[] {
  const seen = new Set<Node>()
  const stack = outputs.map((tensor) => tensor.node)
  while (stack.length) {
    const node = stack.pop()!
    if (seen.has(node)) continue
    seen.add(node)
    for (const input of node.inputs) stack.push(input.node)
  }
  return [...seen].sort((a, b) => a.id - b.id)
}
