import { ratingsFiles, readNames, readRatingsInfo, readTriples } from '../../../store/ratingsFiles'
import { damaged, type Finding } from './finding'

/** Whether ratings can be read, and are as many as their record says. */
export async function checkTable(folder: string): Promise<Finding[]> {
  try {
    const info = await readRatingsInfo(folder)
    const [{ values }, names] = [await readTriples(folder), await readNames(folder)]
    const isWhole =
      values.length === info.ratings && names.users.length === info.users && names.items.length === info.items
    if (isWhole) return []
    return [damaged(ratingsFiles.triples(folder), new Error('Ratings are missing. Import their file again.'))]
  } catch (error) {
    return [damaged(ratingsFiles.info(folder), error)]
  }
}
