import type { RatingsSource } from '../../../shared/ratings'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { cellsOfRecord, eachRecord, readable, withoutMark } from '../../store/textRecords'
import { isMissing } from '../../store/cellText'
import { usedCells } from '../../store/findHeader'
import {
  isBefore,
  itemOfBlock,
  layoutInWords,
  numberOf,
  ratingOf,
  type RatingColumns,
  type SniffedTable,
  sniffTable,
} from './sniffTable'
import type { RatingTriples } from '../../store/ratingsFiles'

/** Ratings as a file has them, with the names of users and items. */
export interface ReadRatings extends RatingTriples {
  readonly names: { readonly users: readonly string[]; readonly items: readonly string[] }
  readonly source: RatingsSource
}

export interface ReadingOptions {
  readonly signal?: AbortSignal
  /** Bytes of the file. */
  readonly onProgress?: (done: number, total: number) => void
  /** Names of a model, whose numbers users and items keep; what it does not know gets −1. */
  readonly known?: {
    readonly users: ReadonlyMap<string, number>
    readonly items: ReadonlyMap<string, number>
  }
  /** Whether the lines may say no rating of somebody, but only of what: item and rating. */
  readonly ofOnePerson?: boolean
}

/** @throws ExpectedError for a file whose lines are no ratings, naming the first that is none */
export async function readRatings(path: string, options: ReadingOptions = {}): Promise<ReadRatings> {
  const table = await sniffTable(path)
  const columns = table.ratings ?? (options.ofOnePerson ? ownColumns(table) : null)
  if (!columns) throw notRatings(path, table)
  const reader = new TripleReader(path, table, columns, options)
  const { signal, onProgress } = options
  await eachRecord(
    path,
    ({ text, line }) => {
      if (withoutMark(text).trim() !== '') reader.read(withoutMark(text), line)
    },
    { signal, onProgress, delimiter: table.delimiter },
  )
  return reader.finish()
}

/** item,rating */
function ownColumns({ header, width }: SniffedTable): RatingColumns | null {
  if (width < 2) return null
  const rating = header ? header.findIndex((name) => /rating|score|stars|value/i.test(name)) : 1
  return { user: -1, item: rating === 0 ? 1 : 0, rating: rating < 0 ? 1 : rating, time: null }
}

function notRatings(path: string, { header, width }: SniffedTable): ExpectedError {
  const seen = header
    ? sentence('ratings.theColumns', { names: header.slice(0, 6).join(', ') })
    : sentence('ratings.columnsWithoutHeader', { count: width })
  return new ExpectedError('bad-input', sentence('ratings.ratingsUserItemRating', { path, seen }))
}

/** Grows as it is filled. */
class Column<A extends Int32Array | Float32Array | Float64Array> {
  length = 0
  constructor(private values: A) {}

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new (this.values.constructor as new (length: number) => A)(this.length * 2)
      larger.set(this.values as never)
      this.values = larger
    }
    this.values[this.length++] = value
  }

  /** What it holds, in its own memory. */
  get held(): A {
    return this.values.subarray(0, this.length) as A
  }

  /** All of it, or what is at some places; it is empty then, so that ten million ratings are not in memory twice. */
  take(places: Uint32Array | null): A {
    const { held } = this
    const taken = new (held.constructor as new (length: number) => A)(places?.length ?? held.length)
    if (places) for (let i = 0; i < places.length; i++) taken[i] = held[places[i]!]!
    else taken.set(held as never)
    this.values = new (held.constructor as new (length: number) => A)(1)
    this.length = 0
    return taken
  }
}

class TripleReader {
  private readonly users = new Column(new Int32Array(1 << 12))
  private readonly items = new Column(new Int32Array(1 << 12))
  private readonly values = new Column(new Float32Array(1 << 12))
  private readonly times = new Column(new Float64Array(1 << 12))
  private readonly userNumbers: Map<string, number>
  private readonly itemNumbers: Map<string, number>
  private readonly isFixed: boolean
  private empty = 0
  private unsoundCount = 0
  private unsound: { readonly line: number; readonly what: string } | null = null
  private hasTimes: boolean
  private first = true
  /** The item whose ratings follow, where a line of its own says it. */
  private block = ''

  constructor(
    private readonly path: string,
    private readonly table: SniffedTable,
    private readonly columns: RatingColumns,
    { known }: ReadingOptions,
  ) {
    this.userNumbers = new Map(known?.users)
    this.itemNumbers = new Map(known?.items)
    this.isFixed = known !== undefined
    this.hasTimes = columns.time !== null
  }

  read(line: string, number: number): void {
    if (number < this.table.firstLine) return
    if (this.first) {
      if (isBefore(line)) return
      this.first = false
      if (this.table.isHeaderLine) return
    }
    const { user, item, rating, time } = this.columns
    if (item < 0) {
      const next = itemOfBlock(line)
      if (next !== null) {
        this.block = next
        return
      }
    }
    const cells = cellsOfRecord(line, this.table.delimiter)
    const [userName, text] = [user < 0 ? 'you' : cells[user], cells[rating]]
    const itemName = item < 0 ? this.block : cells[item]
    if (usedCells(cells) === 0) return
    if (!userName || !itemName)
      return this.leaveOut(number, sentence('ratings.lineHasColumns', { count: cells.length }))
    if (isMissing(text ?? '')) {
      this.empty++
      return
    }
    const value = ratingOf(text!)
    if (!Number.isFinite(value))
      return this.leaveOut(
        number,
        sentence('ratings.lineHasNoRating', { text: readable(text!).slice(0, 40) }),
      )
    this.users.push(this.numbered(this.userNumbers, readable(userName)))
    this.items.push(this.numbered(this.itemNumbers, readable(itemName)))
    this.values.push(value)
    if (this.hasTimes) this.time(cells[time!] ?? '')
  }

  finish(): ReadRatings {
    const { unsound } = this
    if (unsound && this.unsoundCount > unsoundShare * (this.values.length + this.empty))
      throw new ExpectedError(
        'bad-input',
        sentence('ratings.cannotReadRatingsLine', { path: this.path, ...unsound }),
      )
    if (this.values.length === 0)
      throw new ExpectedError('bad-input', sentence('ratings.holdsNoRatingsChoose', { path: this.path }))
    const { header } = this.table
    const name = (column: number) =>
      column < 0 ? (column === item ? itemLine : '') : (header?.[column] ?? String(column + 1))
    const { user, item, rating, time } = this.columns
    const count = this.values.length
    const once = this.isFixed
      ? null
      : latestOfEach(this.users.held, this.items.held, this.times.held, this.itemNumbers.size)
    const values = this.values.held
    const unrated = unratedIn(values)
    const all = once ?? (unrated === null ? null : Uint32Array.from({ length: count }, (_, place) => place))
    const places = all && unrated !== null ? all.filter((place) => values[place] !== unrated) : all
    return {
      users: this.users.take(places),
      items: this.items.take(places),
      values: this.values.take(places),
      times: this.hasTimes ? this.times.take(places) : null,
      names: { users: [...this.userNumbers.keys()], items: [...this.itemNumbers.keys()] },
      source: {
        files: [this.path],
        layout: layoutInWords(this.table),
        columns: {
          user: name(user),
          item: name(item),
          rating: name(rating),
          time: time === null ? null : name(time),
        },
        empty: this.empty + (all && places ? all.length - places.length : 0),
        ...(unrated !== null && { unrated }),
        ...(unsound && { unsound: this.unsoundCount, firstUnsound: unsound.line }),
        repeated: once ? count - once.length : 0,
      },
    }
  }

  private numbered(numbers: Map<string, number>, name: string): number {
    const known = numbers.get(name)
    if (known !== undefined) return known
    if (this.isFixed) return -1
    // A part of a text keeps all of that in memory, and that is a megabyte of the file.
    numbers.set(Buffer.from(name).toString(), numbers.size)
    return numbers.size - 1
  }

  /** Seconds, or a date. Where one is neither, none of them counts. */
  private time(cell: string): void {
    const seconds = numberOf(cell)
    const value = Number.isFinite(seconds) ? seconds : dateIn(cell) / 1000
    if (Number.isFinite(value)) this.times.push(value)
    else this.hasTimes = false
  }

  private leaveOut(line: number, what: string): void {
    this.unsoundCount++
    this.unsound ??= { line, what }
  }
}

/** Of so many lines one may be no rating, such as one with a mark between cells in a title. */
const unsoundShare = 0.02

const itemLine = 'lines of their own'

/** What some write for something that was not rated: -1 below ratings above zero, 99 far above all others. */
const codesOfUnrated = [-1, -9, -99, -999, 99, 999, 9999]
const codeShare = 0.005

/** Null where there is no such value. */
export function unratedIn(values: Float32Array): number | null {
  for (const code of codesOfUnrated) {
    let [count, least, most] = [0, Infinity, -Infinity]
    for (const value of values)
      if (value === code) count++
      else [least, most] = [Math.min(least, value), Math.max(most, value)]
    const isOften = count >= Math.max(3, codeShare * values.length) && count < values.length
    const isFar = code < 0 ? least > 0 || code < 10 * Math.min(0, least) : 2 * most < code
    const isBeyond = code < 0 ? code < least : code > most
    if (isOften && isFar && isBeyond && most > least) return code
  }
  return null
}

/** Milliseconds. Day, month and year with dots between are in that order. */
function dateIn(cell: string): number {
  const [, day, month, year, rest = ''] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)$/.exec(cell) ?? []
  return Date.parse(
    year === undefined ? cell : `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}${rest}`,
  )
}

/** Places of the ratings that count: of several of one item by one user the latest; null where there is one of each. */
function latestOfEach(
  users: Int32Array,
  items: Int32Array,
  times: Float64Array,
  itemCount: number,
): Uint32Array | null {
  const keyOf = (place: number) => users[place]! * itemCount + items[place]!
  const sorted = Float64Array.from({ length: users.length }, (_, place) => keyOf(place)).sort()
  // Only what is there twice is looked up: of all ratings a map would take more memory than they do.
  const latest = new Map<number, number>()
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) latest.set(sorted[i]!, -1)
  if (latest.size === 0) return null
  let again = 0
  for (let place = 0; place < users.length; place++) {
    const before = latest.get(keyOf(place))
    if (before === undefined) continue
    if (before >= 0) again++
    if (before < 0 || !(times[place]! < times[before]!)) latest.set(keyOf(place), place)
  }
  const places = new Uint32Array(users.length - again)
  let kept = 0
  for (let place = 0; place < users.length; place++)
    if ((latest.get(keyOf(place)) ?? place) === place) places[kept++] = place
  return places
}
