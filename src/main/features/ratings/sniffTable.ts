import { extname } from 'node:path'
import { textTableExtensions } from '../../../shared/api/tables'
import { isDate, isMissing } from '../../store/cellText'
import { recordsAbove, usedCells } from '../../store/findHeader'
import { cellSpans, cellsOfRecord, firstRecords, isComment, isUtf8, readable } from '../../store/textRecords'

/** What the columns of a file of ratings are, by place. */
export interface RatingColumns {
  readonly user: number
  /** −1 where a line of its own says it for those below. */
  readonly item: number
  readonly rating: number
  readonly time: number | null
}

/** What a file of rows and columns looks like at its beginning. */
export interface SniffedTable {
  readonly delimiter: string
  readonly header: readonly string[] | null
  readonly width: number
  /** Null where its lines are no ratings, but rows of a table. */
  readonly ratings: RatingColumns | null
  /** Whether its lines say who and what, and nothing else but perhaps when. */
  readonly lacksRating: boolean
  /** Whether the header is a line of its own, and no comment. */
  readonly isHeaderLine?: boolean
  /** Where the table begins, from 1: titles and comments stand above it. */
  readonly firstLine: number
  readonly encoding: 'utf-8' | 'utf-16' | 'windows-1252'
}

export const hasTableEnding = (path: string): boolean =>
  textTableExtensions.some((extension) => extname(path).toLowerCase() === `.${extension}`)

/** What the columns of ratings are called, in files of any width. */
const meanings = {
  user: /^(user|uid|reviewer|customer|member|person|viewer|reader|nutzer|kunde|benutzer)/,
  item: /^(item|movie|film|book|product|song|track|artist|isbn|asin|game|anime|beer|joke|business|artikel|iid)/,
  rating: /(rating|score|stars?)$|^(rating|value|grade|bewertung|note$|overall|preference|playcount|plays)/,
  time: /^(time|date|ts$|rated|unix|zeit|datum)/,
} as const

/** In a file with few columns these say the same; among many they would be anything. */
const looseMeanings = {
  user: /^(visitor|rater|critic|judge|respondent|subject|zuschauer|bewerter|besucher|hoerer|client|buyer|people|listener|player|account|kund|kaufer|kaeufer|leser|horer|spieler|teilnehmer|gast)/,
  item: /^(album|wine|recipe|restaurant|hotel|place|article|thing|title|sku|objekt|gegenstand|produkt|buch|lied|spiel|gerat|geraet|titel|ort|rezept)/,
  rating:
    /wertung$|^(stern|punkt|points$|marks?$|rate$|liked?$|likes|thumb|vote|weight|count$|times$|listens|listen?count|frequency|quantity|qty|hours|purchases|anzahl)/,
  time: /^when$/,
} as const
const mostLoose = 5

/** @throws ExpectedError when there is no such file, or it is no text */
export async function sniffTable(path: string): Promise<SniffedTable> {
  const { records, encoding } = await firstRecords(path)
  const all = records.map(({ text }) => text)
  const code = encoding !== 'bytes' ? 'utf-16' : isUtf8(all.join('\n')) ? 'utf-8' : 'windows-1252'
  const of = { encoding: code, lacksRating: false } as const
  if (isInBlocks(all))
    return { ...of, delimiter: ',', header: null, width: 3, ratings: inBlocks, firstLine: 1 }
  const skipped = linesBefore(all)
  const below = records.slice(skipped).length > 0 ? records.slice(skipped) : records
  const { delimiter, usual } = delimiterOf(below.map(({ text }) => text))
  const lines = below.slice(recordsAbove(below, delimiter, usual))
  const told = commentedHeader(all.slice(0, skipped), lines[0]!.text, delimiter)
  const rows = [
    ...(told ? [told] : []),
    ...lines
      .map(({ text }) => cellsOfRecord(text, delimiter).map(readable))
      .filter((cells, place) => place === 0 || usedCells(cells) > 1),
  ]
  const width = Math.max(usedCells(rows[0]!), Math.min(rows[0]!.length, usual))
  const isText = rows[0]!.every((cell) => !isNumber(cell))
  const isHeader = isText && (rows.length === 1 || rows[1]!.some(isNumber) || namedColumns(rows[0]!) !== null)
  const header = isHeader ? rows[0]! : null
  const body = rows.slice(isHeader ? 1 : 0)
  const ratings = ratingColumns(header, body, width)
  const lacksRating = header !== null && saysOnlyWhat(header)
  const isHeaderLine = header !== null && !told
  return { ...of, delimiter, header, width, ratings, lacksRating, isHeaderLine, firstLine: lines[0]!.line }
}

/** The prize of Netflix: `17:` is an item, and the lines below it are user,rating,date. */
export const itemOfBlock = (record: string): string | null => /^(\S+):\s*$/.exec(record)?.[1] ?? null
const inBlocks: RatingColumns = { user: 0, item: -1, rating: 1, time: 2 }

function isInBlocks(lines: readonly string[]): boolean {
  const others = lines.filter((line) => itemOfBlock(line) === null)
  const areRatings = others.every((line) => {
    const cells = cellsOfRecord(line, ',')
    return (cells.length === 2 || cells.length === 3) && isNumber(cells[1]!)
  })
  return itemOfBlock(lines[0]!) !== null && others.length > 0 && areRatings
}

/** What stands before the first line of a table: comments, and the sep=; of Excel. */
export const isBefore = (record: string): boolean =>
  isComment(record) || /^"?sep=.{1,2}$/i.test(record.trim())

function linesBefore(lines: readonly string[]): number {
  const first = lines.findIndex((line) => !isBefore(line))
  return first < 0 ? 0 : first
}

/** Names of columns in the last comment, where it has as many as the lines below. */
function commentedHeader(comments: readonly string[], line: string, delimiter: string): string[] | null {
  const last = comments.findLast((comment) => isComment(comment))?.replace(/^#+\s*/, '')
  if (last === undefined) return null
  const names = cellsOfRecord(last, delimiter).map(readable)
  return names.length === cellsOfRecord(line, delimiter).length && namedColumns(names) ? names : null
}

/** What is between the cells of all of the first lines; of several the one that makes most columns. */
function delimiterOf(lines: readonly string[]): { delimiter: string; usual: number } {
  const sample = lines.slice(0, 50)
  const counts = ['::', '\t', ';', ',', '|', ' '].map((delimiter) => {
    const widths = sample.map((line) => cellsOfRecord(line, delimiter).length).sort((a, b) => a - b)
    const width = widths[widths.length >> 1]!
    const same = widths.filter((one) => one === width).length / widths.length
    // Inside of quotes the mark is part of a text.
    const torn = sample.filter((line) => isTornBy(line, delimiter)).length / sample.length
    return { delimiter, width: same - torn > 0.5 ? width : 1 }
  })
  // 0,5;1,25 is two numbers whose decimal mark is a comma, and 1::2::3 has five parts between single colons.
  const strong = counts.find(({ delimiter, width }) => width > 1 && '::\t;'.includes(delimiter))
  const most = (some: typeof counts) => some.reduce((best, one) => (one.width > best.width ? one : best))
  // Titles have spaces too: those count where nothing else makes three cells.
  const marked = most(counts.slice(0, -1))
  const found = strong ?? (marked.width > 2 ? marked : most(counts))
  return { delimiter: found.delimiter, usual: found.width }
}

const isTornBy = (line: string, delimiter: string) =>
  line.includes('"') && cellSpans(line, delimiter).some(({ isTorn }) => isTorn)

/** What people say instead of a number. */
const liked = new Map([
  ...['like', 'liked', 'yes', 'true', 'up', 'thumbs up', 'ja', 'wahr'].map((word) => [word, 1] as const),
  ...['dislike', 'disliked', 'no', 'false', 'down', 'thumbs down', 'nein', 'falsch'].map(
    (word) => [word, 0] as const,
  ),
])

/** NaN for what is no number. With semicolons between cells the decimal mark may be a comma; 80 % is 80, 4/5 and ★★★★☆ are 4. */
export function numberOf(text: string): number {
  const cell = text.endsWith('%') ? text.slice(0, -1).trimEnd() : text
  if (cell === '') return NaN
  const value = Number(cell)
  if (!Number.isNaN(value)) return value
  if (/^[+-]?\d+,\d+$/.test(cell)) return Number(cell.replace(',', '.'))
  const [, share] =
    /^(\d+(?:[.,]\d+)?)\s*(?:\/\s*\d+|out of \d+|(?:von \d+ )?(?:stars?|sternen?|pts?|points?|punkte?))$/i.exec(
      cell,
    ) ?? []
  if (share !== undefined) return Number(share.replace(',', '.'))
  return ratingInSigns(cell)
}

/** Stars as signs. NaN for others. */
function ratingInSigns(cell: string): number {
  if (!/[\x80-\uffff]/.test(cell)) return NaN
  const signs = readable(cell)
  return /^[★⭐*]*[☆✩]*\ufe0f?$/u.test(signs) && signs !== ''
    ? [...signs].filter((sign) => '★⭐'.includes(sign)).length
    : NaN
}

/** A rating in words too: like is 1, dislike 0. */
export const ratingOf = (text: string): number => {
  const value = numberOf(text)
  return Number.isNaN(value) ? (liked.get(text.trim().toLowerCase()) ?? NaN) : value
}

const isNumber = (cell: string) => Number.isFinite(numberOf(cell))

function ratingColumns(
  header: readonly string[] | null,
  body: readonly (readonly string[])[],
  width: number,
): RatingColumns | null {
  const named = header && namedColumns(header)
  if (named) return named
  if (width < 3 || width > 4 || body.length === 0) return null
  if (isOfNames(body, width)) return inOrder(width)
  // Names of columns that say nothing of ratings are those of a table.
  if (header) return null
  const looksLikeIds = (column: number) =>
    body.every((row) => !isNumber(row[column] ?? '') || isWhole(row[column]!))
  const areNumbers = (column: number) =>
    body.every((row) => (row[column] ?? '') === '' || isNumber(row[column]!))
  if (!looksLikeIds(0) || !looksLikeIds(1) || !areNumbers(2)) return null
  if (width === 4 && !body.every((row) => isWhole(row[3] ?? '') && Number(row[3]) > 1e6)) return null
  const distinct = (of: (row: readonly string[]) => string) => new Set(body.map(of)).size
  const arePairs = distinct((row) => `${row[0]}\u0000${row[1]}`) > 0.98 * body.length
  const areSteps = distinct((row) => row[2]!) <= Math.max(12, Math.min(201, body.length / 4))
  const isUsual = width === 4 || (arePairs && areSteps)
  return isUsual ? inOrder(width) : null
}

const inOrder = (width: number): RatingColumns => ({
  ...{ user: 0, item: 1, rating: 2, time: width === 4 ? 3 : null },
})

/**
 * Two columns of names, of which each comes again and again, and a number: there is nothing else to be learned from such lines.
 * A fourth one is a time.
 */
function isOfNames(body: readonly (readonly string[])[], width: number): boolean {
  const cells = (column: number) => body.map((row) => row[column] ?? '')
  const areNames = [0, 1].every((column) => {
    const names = cells(column)
    return names.every((name) => name !== '' && !isNumber(name)) && new Set(names).size < 0.8 * names.length
  })
  const areRatings = cells(2).every((cell) => isMissing(cell) || isNumber(cell))
  const isTime = (cell: string) => (isWhole(cell) && Number(cell) > 1e6) || isDate(cell)
  return areNames && areRatings && (width === 3 || cells(3).every(isTime))
}

const isWhole = (cell: string) => /^\d+$/.test(cell)

function namedColumns(header: readonly string[]): RatingColumns | null {
  const { user, item, rating, time } = meant(header)
  if (user < 0 || item < 0 || rating < 0) return null
  return { user, item, rating, time: time < 0 ? null : time }
}

function saysOnlyWhat(header: readonly string[]): boolean {
  const { user, item, rating, time } = meant(header)
  const others = header.filter((name, place) => ![user, item, time].includes(place) && !eventWords.test(name))
  return user >= 0 && item >= 0 && rating < 0 && others.length === 0
}

/** What lines of a shop or a player say beside who and what: no amount either. */
const eventWords = /^(event|action|type|behaviou?r|session|transaction|ereignis)/i

/** The places of columns by their names, −1 where there is none. */
function meant(header: readonly string[]) {
  // Without accents: Käufer is kaufer.
  const names = header.map((name) =>
    name
      .normalize('NFD')
      .toLowerCase()
      .replace(/[^a-z]/g, ''),
  )
  const find = (what: keyof typeof meanings) => {
    const place = names.findIndex((name) => meanings[what].test(name))
    if (place >= 0 || header.length > mostLoose) return place
    return names.findIndex((name) => looseMeanings[what].test(name))
  }
  return { user: find('user'), item: find('item'), rating: find('rating'), time: find('time') }
}

const delimiterWords: Record<string, string> = {
  '::': 'separated by ::',
  '\t': 'separated by tabs',
  ';': 'separated by semicolons',
  ',': 'separated by commas',
  '|': 'separated by |',
  ' ': 'separated by spaces',
}

const encodingWords = {
  'utf-8': '',
  'utf-16': ', in UTF-16',
  'windows-1252': ', in the code page of Windows (1252)',
} as const

/** "separated by commas, with a header" */
export const layoutInWords = ({ delimiter, header, encoding }: SniffedTable): string =>
  `${delimiterWords[delimiter] ?? `separated by ${delimiter}`}${encodingWords[encoding]}, ${header ? 'with a header' : 'without a header'}`
