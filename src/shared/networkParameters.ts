import type { Network } from './network'
import type { NetworkNode } from './networkNodes'

/** A parameter of a node, with its shape. */
export interface NetworkParameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly kind: 'kernel' | 'bias'
}

/** All parameters of a network, node by node. */
export function networkParameters({ nodes }: Network): NetworkParameter[] {
  return nodes.flatMap((node): NetworkParameter[] => {
    const isShared = 'kernelOf' in node && node.kernelOf !== undefined
    const kernel = (shape: readonly number[], biases: number): NetworkParameter[] => [
      ...(isShared ? [] : [{ name: `${node.name}.kernel`, shape, kind: 'kernel' } as const]),
      ...('bias' in node && node.bias
        ? [{ name: `${node.name}.bias`, shape: [biases], kind: 'bias' } as const]
        : []),
    ]
    const perChannel = (name: string, channels: number): NetworkParameter => ({
      ...{ name: `${node.name}.${name}`, shape: [channels], kind: 'bias' },
    })
    switch (node.op) {
      case 'dense':
        return kernel(ownKernel(node)!, node.units)
      case 'depthwise':
        return kernel(ownKernel(node)!, node.reads * node.multiplier)
      case 'conv':
      case 'conv-transposed':
        return kernel(ownKernel(node)!, node.filters)
      case 'scale':
        return [perChannel('gain', node.channels), perChannel('shift', node.channels)]
      case 'grid': {
        const shape = [node.height, node.width, node.channels]
        return ['gain', 'shift'].map((part) => ({ name: `${node.name}.${part}`, shape, kind: 'bias' }))
      }
      case 'prelu':
        return [perChannel('slope', node.channels)]
      default:
        return []
    }
  })
}

/** @throws Error where a node reads a kernel that is not there before it, or has another shape */
export function checkSharedKernel(node: NetworkNode, known: ReadonlyMap<string, NetworkNode>): void {
  if (!('kernelOf' in node) || node.kernelOf === undefined) return
  const owner = known.get(node.kernelOf)
  const wanted = owner && !('kernelOf' in owner && owner.kernelOf !== undefined) && ownKernel(owner)
  const shape = ownKernel(node)!
  if (!wanted || wanted.join() !== (isReadTransposed(node) ? shape.toReversed() : shape).join())
    throw new Error(`"${node.name}" reads the kernel of "${node.kernelOf}", which does not fit it.`)
}

/** Whether it reads the kernel of another node, transposed. */
export const isReadTransposed = (node: NetworkNode): boolean =>
  node.op === 'dense' && node.kernelOf !== undefined && node.transposed === true

/** Of the kernel that a node reads; null for one that has none. */
function ownKernel(node: NetworkNode): readonly number[] | null {
  switch (node.op) {
    case 'dense':
      return [node.reads, node.units]
    case 'conv':
      return [...node.kernel, node.reads, node.filters]
    case 'depthwise':
      return [...node.kernel, node.reads * node.multiplier]
    case 'conv-transposed':
      return [...node.kernel, node.filters, node.reads]
    default:
      return null
  }
}

/** Whether a kernel is read by several nodes: by a decoder that is tied to its encoder, or a layer that is used twice. */
export const sharesKernels = ({ nodes }: Network): boolean =>
  nodes.some((node) => 'kernelOf' in node && node.kernelOf !== undefined)
