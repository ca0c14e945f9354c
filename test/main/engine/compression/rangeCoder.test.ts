import { describe, expect, it } from 'vitest'
import { CodeModel, fitPriors, priorBits, bitsOf } from '../../../../src/main/engine/compression/codeModel'
import { BitCounter, RangeReader, RangeWriter } from '../../../../src/main/engine/compression/rangeCoder'
import {
  readTensors,
  roundTensor,
  valuesOf,
  writeTensors,
} from '../../../../src/main/engine/compression/tensorCoder'
import { randomNumbers } from '../../../support/randomNumbers'

describe('the range coder', () => {
  it('gives back what was written, in about as many bits as the probabilities say', () => {
    const random = randomNumbers(3)
    for (const one of [1, 24, 2000, 32_768, 60_000, 65_535]) {
      const bits = Array.from({ length: 5000 }, () => (random() < one / 65_536 ? 1 : 0))
      const writer = new RangeWriter()
      const counter = new BitCounter()
      for (const bit of bits) {
        writer.code(one, bit)
        counter.code(one, bit)
      }
      const bytes = writer.finish()
      expect(8 * bytes.length).toBeLessThan(1.002 * counter.bits + 40)
      const reader = new RangeReader(bytes)
      expect(bits.map(() => reader.code(one))).toEqual(bits)
    }
  })

  it('ends with as few bytes as tell the rest', () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = randomNumbers(seed)
      const steps = Array.from({ length: seed % 40 }, () => [
        1 + Math.floor(65_535 * random()),
        random() < 0.5 ? 1 : 0,
      ])
      const writer = new RangeWriter()
      for (const [one, bit] of steps) writer.code(one!, bit!)
      const reader = new RangeReader(writer.finish())
      expect(steps.map(([one]) => reader.code(one!))).toEqual(steps.map(([, bit]) => bit))
    }
  })
})

/** Rows of rounded Gaussians, of another width in each dimension; the last is always zero. */
function gaussianRows(count: number, widths: readonly number[]): Int32Array {
  const random = randomNumbers(5)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Int32Array.from({ length: count * widths.length }, (_, i) =>
    Math.round(widths[i % widths.length]! * normal()),
  )
}

describe('the code model', () => {
  const widths = [8, 3, 1, 0.3, 0]
  const rows = gaussianRows(3000, widths)
  const priors = fitPriors(rows, widths.length)
  const written = (of: Int32Array) => {
    const writer = new RangeWriter()
    const model = new CodeModel(priors)
    for (let at = 0; at < of.length; at += widths.length) model.code(writer, of.slice(at, at + widths.length))
    return writer.finish()
  }

  it('gives back every row, and numbers far out of what it was told', () => {
    const odd = Int32Array.from(rows)
    odd.set([100_000, -1_000_000, 15, -16, 400], 500)
    const reader = new RangeReader(written(odd))
    const model = new CodeModel(priors)
    const read = new Int32Array(odd.length)
    for (let at = 0; at < read.length; at += widths.length)
      model.code(reader, read.subarray(at, at + widths.length))
    expect(read).toEqual(odd)
  })

  it('comes within four hundredths of the entropy', () => {
    let entropy = 0
    for (let d = 0; d < widths.length; d++) {
      const counts = new Map<number, number>()
      for (let i = d; i < rows.length; i += widths.length)
        counts.set(rows[i]!, (counts.get(rows[i]!) ?? 0) + 1)
      for (const n of counts.values()) entropy -= n * Math.log2(n / 3000)
    }
    expect((8 * written(rows).length) / entropy).toBeLessThan(1.04)
  })

  it('takes next to nothing for a dimension without information', () => {
    const zeros = new Int32Array(10_000 * 8)
    const writer = new RangeWriter()
    const model = new CodeModel(fitPriors(zeros, 8))
    for (let at = 0; at < zeros.length; at += 8) model.code(writer, zeros.subarray(at, at + 8))
    expect(writer.finish().length).toBeLessThan(80)
  })

  it('uses what an earlier dimension tells', () => {
    const random = randomNumbers(9)
    const tied = new Int32Array(4000 * 3)
    for (let i = 0; i < tied.length; i += 3) {
      tied[i] = random() < 0.5 ? -1 : 1
      tied[i + 1] = Math.floor(3 * random()) - 1
      tied[i + 2] = tied[i]!
    }
    const found = fitPriors(tied, 3)
    expect(found[2]!.partner).toBe(0)
    const writer = new RangeWriter()
    const model = new CodeModel(found)
    for (let at = 0; at < tied.length; at += 3) model.code(writer, tied.slice(at, at + 3))
    // One bit, log2(3) bits, and nothing.
    expect((8 * writer.finish().length) / 4000).toBeLessThan(2.75)
  })

  it('tells what a number costs before any is coded', () => {
    const [table] = priorBits([{ zero: 127, goesOn: 127, partner: 0 }])
    expect(bitsOf(table!, 0)).toBeCloseTo(1, 1)
    expect(bitsOf(table!, -2) - bitsOf(table!, 1)).toBeCloseTo(1, 1)
    expect(bitsOf(table!, 40)).toBeGreaterThan(bitsOf(table!, 33))
  })
})

describe('tensors', () => {
  it('come back as they were rounded, in about the bits that their spread needs', () => {
    const random = randomNumbers(1)
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const values = Float32Array.from({ length: 20_000 }, () => 0.05 * normal())
    const tensors = [
      roundTensor('kernel', [100, 200], values, 4),
      roundTensor('bias', [3], Float32Array.of(0, 0, 0), 11),
      roundTensor('empty', [0, 4], new Float32Array(0), 4),
    ]
    const { heads, bytes } = writeTensors(tensors)
    expect(readTensors(heads, bytes)).toEqual(tensors)
    // Entropy of a Gaussian rounded to a sixteenth of its standard deviation.
    expect((8 * bytes.length) / values.length).toBeLessThan(0.5 * Math.log2(2 * Math.PI * Math.E) + 4 + 0.12)
    const largest = valuesOf(tensors[0]!).reduce(
      (most, value, i) => Math.max(most, Math.abs(value - values[i]!)),
      0,
    )
    expect(largest).toBeLessThanOrEqual(tensors[0]!.step * 0.5001)
  })
})
