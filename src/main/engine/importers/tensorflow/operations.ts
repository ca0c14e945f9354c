import { images } from './imageOperations'
import { numbers } from './numberOperations'
import type { Operation } from './operation'
import { shapes } from './shapeOperations'

/** What is read, by the name of the operation. */
export const operations: Readonly<Record<string, Operation>> = { ...numbers, ...shapes, ...images }
