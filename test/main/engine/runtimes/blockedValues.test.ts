import { describe, expect, test } from 'vitest'
import { blockedDomain } from '../../../../src/main/engine/graph/emitters'
import { keepBlocked, type OnnxNode } from '../../../../src/main/engine/runtimes/onnx/blockedValues'
import { channelBlock } from '../../../../src/main/engine/runtimes/onnx/channelBlock'

const ofBlocks = (opType: string, input: string[], output: string, channels?: number): OnnxNode => ({
  ...node(opType, input, output),
  domain: blockedDomain,
  attribute: channels ? [{ name: 'channels', i: channels, type: 2 }] : [],
})

function node(opType: string, input: string[], output: string, perm?: number[]): OnnxNode {
  const attribute = perm ? [{ name: 'perm', ints: perm, type: 7 }] : []
  return { name: output, opType, input, output: [output], attribute }
}

/** A convolution from and to images whose channels are last. */
const convolution = (input: string, output: string, channels = 32): OnnxNode[] => [
  ofBlocks('ReorderInput', [input], `${output}/in`),
  ofBlocks('Conv', [`${output}/in`, 'kernel'], `${output}/sums`),
  ofBlocks('ReorderOutput', [`${output}/sums`], output, channels),
]

/** Those of a convolution that is called "mean" are of one pixel. */
const shapeOf = (value: string) =>
  value === 'mean' ? [-1, 1, 1, 32] : value === 'b' ? [-1, 4, 4, 20] : [-1, 4, 4, 32]

const kept = (nodes: OnnxNode[], results: string[] = ['y']) =>
  keepBlocked(nodes, { isScalar: (value) => value === 'half', shapeOf }, new Set(results)).map(
    ({ opType, input, output, attribute }) => {
      const activation = attribute.some(({ name }) => name === 'activation') ? '+Relu' : ''
      return `${opType}${activation}(${input.join()}) ${output.join()}`
    },
  )

describe('values in blocks of channels', () => {
  test('stay so between convolutions, through what is done to each number', () => {
    const nodes = [
      ...convolution('x', 'a'),
      node('Tanh', ['a'], 'b'),
      node('Mul', ['b', 'half'], 'c'),
      ...convolution('c', 'y'),
    ]
    expect(kept(nodes)).toEqual([
      'ReorderInput(x) a/in',
      'Conv(a/in,kernel) a/sums',
      'Tanh(a/sums) b/blocked',
      'Mul(b/blocked,half) c/blocked',
      'Conv(c/blocked,kernel) y/sums',
      'ReorderOutput(y/sums) y',
    ])
  })

  test('a convolution does its ReLU itself where nobody else reads it', () => {
    const alone = kept([...convolution('x', 'a'), node('Relu', ['a'], 'y')])
    expect(alone).toEqual([
      'ReorderInput(x) a/in',
      'Conv+Relu(a/in,kernel) y/blocked',
      'ReorderOutput(y/blocked) y',
    ])
    const shared = kept([...convolution('x', 'a'), node('Relu', ['a'], 'b'), node('Add', ['a', 'b'], 'y')])
    expect(shared).toContain('Relu(a/sums) b/blocked')
    const twice = kept([...convolution('x', 'a'), node('Relu', ['a'], 'b'), node('Relu', ['b'], 'y')])
    expect(twice.slice(1, 3)).toEqual(['Conv+Relu(a/in,kernel) b/blocked', 'Relu(b/blocked) y/blocked'])
    expect(shared).toContain('Add(a/sums,b/blocked) y/blocked')
  })

  test('are brought into order once, where another operation reads them', () => {
    const nodes = [
      ...convolution('x', 'a'),
      node('ReduceSum', ['a'], 'sum'),
      node('Transpose', ['a'], 'first', [0, 3, 1, 2]),
      node('Gather', ['a'], 'y'),
    ]
    expect(kept(nodes, ['sum', 'first', 'y']).slice(2)).toEqual([
      'ReorderOutput(a/sums) a',
      'ReduceSum(a) sum',
      'ReorderOutput(a/sums) first',
      'Gather(a) y',
    ])
  })

  test('are not mixed with values that are in no blocks, or in others', () => {
    const nodes = [
      ...convolution('x', 'a'),
      ...convolution('x', 'b', 20),
      node('Add', ['a', 'x'], 'c'),
      node('Mul', ['a', 'b'], 'y'),
    ]
    expect(kept(nodes, ['c', 'y'])).toEqual(expect.arrayContaining(['Add(a,x) c', 'Mul(a,b) y']))
  })

  test('are not repeated to the size of others', () => {
    const nodes = [...convolution('x', 'a'), ...convolution('m', 'mean'), node('Mul', ['a', 'mean'], 'y')]
    expect(kept(nodes)).toContain('Mul(a,mean) y')
  })
})

test.skipIf(process.arch !== 'x64')('a block is 8 channels with AVX2 and 16 with AVX-512', async () => {
  expect([8, 16]).toContain(await channelBlock())
})
