import { limits } from './limits'
import { computed } from './network/onnxConstants'
import type { OnnxConstant, OnnxGraph, OnnxNode } from './onnxGraph'

/**
 * A graph whose constants are computed where they are made of others: a decoder that reads its encoder's kernel transposed,
 * as PyTorch writes it, has a kernel then like any other. What would be too much stays as it is.
 */
export function withConstants(graph: OnnxGraph): OnnxGraph {
  const known = new Map<string, OnnxConstant>()
  const constant = (name: string) => known.get(name) ?? graph.constant(name)
  const nodes: OnnxNode[] = []
  let left = limits.computed
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name ? constant(name) : null))
    const isConstant = inputs.length > 0 && inputs.every((input) => input !== null)
    const value = isConstant && left > 0 ? computed(node, inputs) : null
    if (!value) {
      nodes.push(node)
      continue
    }
    left -= value.data.length
    known.set(node.outputs[0] ?? '', value)
  }
  return { ...graph, nodes, constant }
}
