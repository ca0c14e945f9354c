import { ExpectedError } from '../../../../shared/errors'
import { type Network, type NetworkNode, type NodeOf, sharesKernels } from '../../../../shared/network'
import type { Weight } from '../../models/weights'
import type { ImportedModel } from '../importedModel'

type Weights = Readonly<Record<string, Weight>>
type KernelNode = NodeOf<'dense' | 'conv' | 'conv-transposed'>

/**
 * The same network where a kernel that is another one's, or its transpose, is that one: a decoder tied to its encoder stays
 * tied while it is trained, and a layer that is used twice stays one layer. A transposed convolution reads the kernel of its
 * convolution as it is.
 */
export function withSharedKernels(
  network: Network,
  weights: Weights,
): { network: Network; weights: Weights } {
  const owners: KernelNode[] = []
  const gone = new Set<string>()
  const nodes = network.nodes.map((node): NetworkNode => {
    if (node.op !== 'dense' && node.op !== 'conv' && node.op !== 'conv-transposed') return node
    const kernel = weights[`${node.name}.kernel`]
    if (!kernel || isConstant(kernel.data)) return node
    for (const owner of owners) {
      const relation = relationOf(weights[`${owner.name}.kernel`]!, kernel, node.op === 'dense')
      if (!relation || (owner.op === 'dense') !== (node.op === 'dense')) continue
      gone.add(`${node.name}.kernel`)
      return relation === 'transposed'
        ? ({ ...node, kernelOf: owner.name, transposed: true } as NetworkNode)
        : { ...node, kernelOf: owner.name }
    }
    owners.push(node)
    return node
  })
  if (gone.size === 0) return { network, weights }
  const kept = Object.entries(weights).filter(([name]) => !gone.has(name))
  return { network: { ...network, nodes }, weights: Object.fromEntries(kept) }
}

/** Whether a model whose second half mirrors the first is tied, or is no such model. */
export const keepsTies = ({ spec }: ImportedModel): boolean =>
  spec.tying === 'tied' || spec.decoder !== 'mirror'

/**
 * A mirror of which only a part is tied, or that uses a layer twice, is none that keeps that in training: the network as it
 * stands, where that does.
 */
export function withTies(mirror: ImportedModel, network: () => ImportedModel): ImportedModel {
  try {
    const asItStands = network()
    return asItStands.spec.network && sharesKernels(asItStands.spec.network) ? asItStands : mirror
  } catch (error) {
    if (error instanceof ExpectedError) return mirror
    throw error
  }
}

/** Kernels of zeros or ones are alike without being one. */
const isConstant = (data: Float32Array) => data.every((value) => value === data[0])

function relationOf(owner: Weight, kernel: Weight, isDense: boolean): 'same' | 'transposed' | null {
  if (owner.data.length !== kernel.data.length) return null
  const sameShape = owner.shape.join() === kernel.shape.join()
  if (sameShape && owner.data.every((value, i) => value === kernel.data[i])) return 'same'
  const [rows, columns] = owner.shape as [number, number]
  if (!isDense || kernel.shape[0] !== columns || kernel.shape[1] !== rows) return null
  return owner.data.every((value, i) => value === kernel.data[(i % columns) * rows + Math.floor(i / columns)])
    ? 'transposed'
    : null
}
