import {
  type Network,
  onnxFileOf,
  type Reach,
  rulesOf,
  sizeOfValue,
  valueShapes,
} from '../../../shared/network'
import type { InputShape } from '../../../shared/modelSpec'

/** How far a network looks, and the pixels that its images are to be a multiple of, for one that takes any size. */
export function networkReach(network: Network): { radius: number; cell: number } {
  const { nodes, output } = network
  const file = onnxFileOf(network)
  if (file) return { radius: file.halo, cell: file.cell }
  const reaches = new Map<string, Reach>([
    ['image', { step: 1, radius: 0 }],
    // The same everywhere, so it lies over all sizes.
    ['sigma', { step: 0, radius: 0 }],
  ])
  let cell = 1
  for (const node of nodes) {
    const reads = node.inputs.map((name) => reaches.get(name)!)
    const of = (what: keyof Reach) => Math.max(...reads.map((reach) => reach[what]))
    const before = { step: of('step'), radius: of('radius') }
    const reach = rulesOf(node).reach?.(node, before) ?? before
    reaches.set(node.name, reach)
    if (reach.step > 1) cell = leastCommonMultiple(cell, Math.round(reach.step))
  }
  // What is enlarged again looks at whole cells.
  return { radius: Math.ceil(reaches.get(output)!.radius) + (cell > 1 ? 2 * cell : 0), cell }
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y > 0) [x, y] = [y, x % y]
  return (a / x) * b
}

/** The most values that are kept at a time for each pixel of the image: those that are still to be read. */
export function valuesPerPixel(network: Network, input: InputShape): number {
  const shapes = valueShapes(network, input)
  const lastRead = new Map<string, number>([[network.output, network.nodes.length]])
  network.nodes.forEach(({ inputs }, at) =>
    inputs.forEach((name) => lastRead.set(name, Math.max(at, lastRead.get(name) ?? 0))),
  )
  let kept = input.channels * input.height * input.width
  let most = kept
  network.nodes.forEach(({ name, inputs }, at) => {
    kept += sizeOfValue(shapes.get(name)!)
    most = Math.max(most, kept)
    for (const read of new Set(inputs)) if (lastRead.get(read) === at) kept -= sizeOfValue(shapes.get(read)!)
  })
  return most / (input.height * input.width)
}
