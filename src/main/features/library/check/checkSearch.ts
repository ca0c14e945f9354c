import { join } from 'node:path'
import { anomalyFiles, readColumns, readMarks, readRecord } from '../../../store/anomalyStore'
import { damaged, type Finding } from './finding'

/** Reads a search for odd images: its record, as many scores as it has images, and its marks. */
export async function checkSearch(folder: string): Promise<Finding[]> {
  try {
    const record = await readRecord(folder)
    const { scores } = await readColumns(folder, record)
    await readMarks(folder)
    if (scores.length === record.count) return []
    const problem = `It has ${scores.length} scores for ${record.count} images. Delete this search and start it again.`
    return [{ path: join(folder, anomalyFiles.record), level: 'damaged', problem }]
  } catch (error) {
    return [damaged(join(folder, anomalyFiles.record), error)]
  }
}
