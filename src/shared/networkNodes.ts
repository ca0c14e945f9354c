import { z } from 'zod'
import { arrangements } from './networkOperations/arrangements'
import { functions } from './networkOperations/functions'
import { layers } from './networkOperations/layers'
import { onnxFile } from './networkOperations/onnxFile'
import type { Rules } from './networkOperations/operation'
import { sizes } from './networkOperations/sizes'

const operations = [...layers, ...functions, ...sizes, ...arrangements, onnxFile]
type NodeSchema = (typeof operations)[number]['schema']

/** One operation of a network on images (height × width × channels) or rows of numbers. */
export const networkNodeSchema = z.discriminatedUnion(
  'op',
  operations.map(({ schema }) => schema) as [NodeSchema, ...NodeSchema[]],
)
export type NetworkNode = z.infer<NodeSchema>
/** A node of one operation. */
export type NodeOf<O extends NetworkNode['op']> = Extract<NetworkNode, { op: O }>

const rules = new Map<string, Rules<never>>(operations.map(({ op, rules }) => [op, rules]))

/** What is known of a node's operation; its rules take that node. */
export const rulesOf = (node: NetworkNode) => rules.get(node.op) as Rules<NetworkNode>
