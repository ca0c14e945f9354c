import {
  decimalsIn,
  isMissing,
  isSameUnit,
  measuredIn,
  numberIn,
  type NumberMarks,
  type NumberUnit,
} from '../../store/cellText'
import { readable } from '../../store/textRecords'

/** More different texts than this are no categories, and no names of rows either. */
const mostTexts = 200_000
const isMissingValue = -1
const isNumberValue = -2

/** All values of one column, as they are read. */
export class CollectedColumn {
  length = 0
  missing = 0
  /** Cells that are neither a number nor missing. */
  texts = 0
  /** Cells whose number has a unit, and what that is. */
  measured = 0
  unit: NumberUnit | null = null
  decimals = 0
  exponents = false
  private numbers = new Float64Array(1 << 8)
  /** Of each row the number of its text; made with the first text. */
  private codes: Int32Array | null = null
  private readonly names = new Map<string, number>()

  constructor(readonly name: string) {}

  /** A cell of a text file. */
  pushCell(cell: string, marks: NumberMarks): void {
    if (isMissing(cell)) return this.pushMissing()
    const value = numberIn(cell, marks)
    if (Number.isNaN(value)) return this.pushMeasured(cell, marks)
    if (value % 1 !== 0 || cell.includes(marks.decimal))
      this.decimals = Math.max(this.decimals, decimalsIn(cell, marks.decimal))
    if (!this.exponents && /[eE]/.test(cell)) this.exponents = true
    this.push(value, isNumberValue)
  }

  /** A number with a unit: that of the first one is the column's, and what has another one is a text. */
  private pushMeasured(cell: string, marks: NumberMarks): void {
    const found = measuredIn(cell, marks)
    const isBare = found?.unit.before === '' && found.unit.after === ''
    if (!found || !(isBare || isSameUnit((this.unit ??= found.unit), found.unit)))
      return this.pushText(readable(cell))
    this.decimals = Math.max(this.decimals, found.decimals)
    if (isBare) return this.push(found.value, isNumberValue)
    this.measured++
    this.pushCode(found.value, readable(cell))
  }

  pushNumber(value: number): void {
    if (!Number.isFinite(value)) return this.pushMissing()
    if (value % 1 !== 0) this.decimals = Math.max(this.decimals, 6)
    this.push(value, isNumberValue)
  }

  pushMissing(): void {
    this.missing++
    this.push(NaN, isMissingValue)
  }

  pushText(text: string): void {
    this.texts++
    this.pushCode(NaN, text)
  }

  private pushCode(value: number, text: string): void {
    let code = this.names.get(text)
    if (code === undefined && this.names.size < mostTexts) this.names.set(text, (code = this.names.size))
    this.codes ??= new Int32Array(this.numbers.length).fill(isNumberValue)
    this.push(value, code ?? mostTexts)
  }

  get known(): number {
    return this.length - this.missing
  }

  number(row: number): number {
    return this.numbers[row]!
  }

  /** What a cell says, null where it is missing. */
  text(row: number): string | null {
    const code = this.codes?.[row] ?? isNumberValue
    const value = this.numbers[row]!
    if (code === isNumberValue && !Number.isNaN(value)) return String(value)
    return code < 0 ? null : (this.textList[code] ?? '…')
  }

  /** How often each value is there, numbers as texts too; null where there are more than `most`. */
  counts(most: number): Map<string, number> | null {
    const counts = new Map<string, number>()
    for (let row = 0; row < this.length; row++) {
      const text = this.text(row)
      if (text === null) continue
      counts.set(text, (counts.get(text) ?? 0) + 1)
      if (counts.size > most) return null
    }
    return counts
  }

  get areAllDifferent(): boolean {
    const seen = new Set<string>()
    for (let row = 0; row < this.length; row++) {
      const text = this.text(row)
      if (text === null || seen.has(text)) return false
      seen.add(text)
    }
    return true
  }

  private list: string[] | null = null
  private get textList(): readonly string[] {
    if (this.list?.length !== this.names.size) this.list = [...this.names.keys()]
    return this.list!
  }

  private push(value: number, code: number): void {
    if (this.length === this.numbers.length) {
      const longer = new Float64Array(2 * this.length)
      longer.set(this.numbers)
      this.numbers = longer
      if (this.codes) {
        const codes = new Int32Array(2 * this.length)
        codes.set(this.codes)
        this.codes = codes
      }
    }
    if (this.codes) this.codes[this.length] = code
    this.numbers[this.length++] = value
  }
}
