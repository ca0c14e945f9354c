import { type NetworkNode, rulesOf } from './networkNodes'

/** A parameter of a node, with its shape. */
export interface NetworkParameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly kind: 'kernel' | 'bias'
}

interface Nodes {
  readonly nodes: readonly NetworkNode[]
}

/** All parameters of a network, node by node. */
export function networkParameters({ nodes }: Nodes): NetworkParameter[] {
  return nodes.flatMap((node): NetworkParameter[] => {
    const { kernel, units, parameters } = rulesOf(node)
    const named = (part: string, shape: readonly number[]): NetworkParameter => ({
      name: `${node.name}.${part}`,
      shape,
      kind: part === 'kernel' ? part : 'bias',
    })
    return [
      ...(kernel && !readsOther(node) ? [named('kernel', kernel(node))] : []),
      ...(units && 'bias' in node && node.bias ? [named('bias', [units(node)])] : []),
      ...Object.entries(parameters?.(node) ?? {}).map(([part, shape]) => named(part, shape)),
    ]
  })
}

/** Whether it has no kernel of its own. */
const readsOther = (node: NetworkNode): boolean => 'kernelOf' in node && node.kernelOf !== undefined

/** @throws Error where a node reads a kernel that is not there before it, or has another shape */
export function checkSharedKernel(node: NetworkNode, known: ReadonlyMap<string, NetworkNode>): void {
  if (!('kernelOf' in node) || node.kernelOf === undefined) return
  const owner = known.get(node.kernelOf)
  const wanted = owner && !readsOther(owner) && rulesOf(owner).kernel?.(owner)
  const shape = rulesOf(node).kernel!(node)
  if (!wanted || wanted.join() !== (isReadTransposed(node) ? shape.toReversed() : shape).join())
    throw new Error(`"${node.name}" reads the kernel of "${node.kernelOf}", which does not fit it.`)
}

/** Whether it reads the kernel of another node, transposed. */
export const isReadTransposed = (node: NetworkNode): boolean =>
  node.op === 'dense' && node.kernelOf !== undefined && node.transposed === true

/** Whether a kernel is read by several nodes: by a decoder that is tied to its encoder, or a layer that is used twice. */
export const sharesKernels = ({ nodes }: Nodes): boolean => nodes.some(readsOther)
