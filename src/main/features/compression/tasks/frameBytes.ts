import { createHash } from 'node:crypto'
import type { DatasetInfo } from '../../../../shared/dataset'
import { endLength, type HgzHeader, type HgzIndex, packJson, sectionHead, signature } from '../hgzFormat'

/** Images of a block: what is learned of their numbers is learned anew for each, so that any can be read alone. */
export const blockSize = 2048

/** Sections that a file has once: its header, its model, its axes and its index. */
const sections = 4

/**
 * What a file of a dataset takes besides its model, axes, names and codes: about, since it says when it was made and what was
 * measured. What its header says of single numbers of the codes counts with those.
 */
export function frameBytes({ count, labels, name, ...info }: DatasetInfo, modelName: string): number {
  const { height, width, channels } = info
  const header: HgzHeader = {
    version: 1,
    createdAt: new Date().toISOString(),
    source: name,
    input: { height, width, channels },
    count,
    labels,
    blockSize,
    step: Math.SQRT1_2,
    dimensions: 100,
    axes: 100,
    details: 0,
    priors: [],
    maxError: null,
    model: { name: modelName, hash: likeHash, inside: true },
  }
  const places = { names: 1_234_567, codes: 2_345_678, pixels: null, count: blockSize }
  const index: HgzIndex = {
    blocks: Array.from({ length: Math.ceil(count / blockSize) }, () => places),
    psnr: 10 * Math.E,
    bytes: { model: 123_456, axes: 1234, names: 12_345, codes: 12_345, pixels: 0 },
  }
  const written = packJson(header).length + packJson(index).length
  return signature.length + endLength + sections * sectionHead + written
}

/** As long as that of a model, and packed as little. */
const likeHash = createHash('sha256').update('model').digest('hex')
