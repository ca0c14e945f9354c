import { statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { TableKind } from '../../../shared/tables'
import { isRatingsFolder } from '../../store/ratingsFiles'
import { hasTableEnding, sniffTable } from '../ratings/sniffTable'
import { isNpy, isParquet } from './readTable'
import { isTableFolder } from './tableFiles'

/** Whose files hold tables too, by their endings. */
const programs: Readonly<Record<string, string>> = {
  xlsx: 'Excel',
  xlsm: 'Excel',
  xlsb: 'Excel',
  xls: 'Excel',
  ods: 'LibreOffice',
  numbers: 'Numbers',
  sav: 'SPSS',
  por: 'SPSS',
  dta: 'Stata',
  sas7bdat: 'SAS',
  xpt: 'SAS',
  rds: 'R',
  rdata: 'R',
  feather: 'Arrow',
  arrow: 'Arrow',
  sqlite: 'SQLite',
  sqlite3: 'SQLite',
  accdb: 'Access',
  mdb: 'Access',
}

/**
 * What a file or folder is taken for: ratings where its columns say a user, an item and a rating; else a table of numbers. Null where
 * it is neither, but images. @param as what it is to be taken for, if somebody said so @throws ExpectedError for a file that cannot be read
 */
export async function tableKindOf(path: string, as?: TableKind): Promise<TableKind | null> {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats?.isFile()) return isTableFolder(path) ? 'table' : isRatingsFolder(path) ? 'ratings' : null
  if (isParquet(path) || isNpy(path)) return as ?? 'table'
  const program = programs[extname(path).slice(1).toLowerCase()]
  if (program !== undefined)
    throw new ExpectedError('bad-input', sentence('tables.otherFormat', { path: basename(path), program }))
  if (!hasTableEnding(path)) return null
  if (as) return as
  const { ratings, lacksRating, header } = await sniffTable(path)
  if (lacksRating)
    throw new ExpectedError(
      'bad-input',
      sentence('ratings.noRatingColumn', { path: basename(path), seen: header!.join(', ') }),
    )
  return ratings ? 'ratings' : 'table'
}
