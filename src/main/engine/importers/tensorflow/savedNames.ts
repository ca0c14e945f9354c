import type { GraphNode, TensorflowGraph } from './graph'

/**
 * Under which name each variable is kept, as the part of the graph says that restores it: RestoreV2 reads by names, and what it
 * gives is assigned to variables, in the main graph (as TensorFlow 1 writes it) or in a function that gets them. Of Keras 3's
 * models tf.saved_model.save restores copies, whose initial values are those of the variables that the model reads.
 */
export function savedNames({ nodes, functions }: TensorflowGraph): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  restored(nodes, (variable) => variable, found)
  for (const { op, input, attr } of nodes.values()) {
    const called = functions.get(attr.f?.func?.name ?? '')
    if (!called || !op.endsWith('PartitionedCall')) continue
    const given = new Map(called.inputs.map((name, i) => [name, plain(input[i] ?? '')]))
    restored(called.nodes, (name) => given.get(name) ?? null, found)
  }
  for (const { op, input } of nodes.values()) {
    const [target = '', value = ''] = input
    const source = op === 'AssignVariableOp' ? readBy(value, nodes) : null
    const key = found.get(plain(target))
    if (source !== null && key !== undefined && !found.has(source)) found.set(source, key)
  }
  return found
}

/** The variable that a tensor is read from. */
function readBy(tensor: string, nodes: ReadonlyMap<string, GraphNode>, depth = 0): string | null {
  const node = nodes.get(plain(tensor))
  if (!node || depth > 8) return null
  if (node.op === 'Identity') return readBy(node.input[0] ?? '', nodes, depth + 1)
  return node.op === 'ReadVariableOp' ? plain(node.input[0] ?? '') : null
}

function restored(
  nodes: ReadonlyMap<string, GraphNode>,
  variableOf: (name: string) => string | null,
  found: Map<string, string>,
): void {
  for (const { op, input } of nodes.values()) {
    const [target = '', value = ''] = input
    if (op !== 'AssignVariableOp' && op !== 'Assign') continue
    const key = keyOf(value, nodes, 0)
    const variable = variableOf(plain(target))
    if (key !== null && variable !== null) found.set(variable, key)
  }
}

/** The name by which RestoreV2 reads what a tensor is. */
function keyOf(tensor: string, nodes: ReadonlyMap<string, GraphNode>, depth: number): string | null {
  const node = nodes.get(plain(tensor))
  if (!node || depth > 8) return null
  if (node.op === 'Identity' || node.op === 'Cast') return keyOf(node.input[0] ?? '', nodes, depth + 1)
  if (node.op !== 'RestoreV2') return null
  const names = nodes.get(plain(node.input[1] ?? ''))?.attr.value?.tensor?.stringVal
  const bytes = names?.[Number(/:(\d+)$/.exec(tensor)?.[1] ?? 0)]
  return bytes ? Buffer.from(bytes).toString() : null
}

const plain = (tensor: string) => tensor.replace(/^\^/, '').split(':')[0]!
