import { isAbsolute, relative } from 'node:path'

/** Whether a path is that folder or lies in it. Both absolute; links are not followed. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (!way.startsWith('..') && !isAbsolute(way))
}
