import { statSync } from 'node:fs'
import { isRatingsFolder } from './ratingsFiles'
import { hasTableEnding } from './sniffTable'

/** Whether something is taken for ratings: a file of rows and columns, or a folder of imported ratings. */
export function isRatingsSource(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() ? hasTableEnding(path) : isRatingsFolder(path)
}
