import { expect, it } from 'vitest'
import { ImageNames } from '../../../../src/main/features/models/imageNames'

it('keeps base names and makes them unique, also where A is a', () => {
  const names = new ImageNames(['comparison.png'])
  const paths = [
    'a/cat.jpg',
    'b/cat.png',
    'Cat.webp',
    'cat-2.png',
    'comparison.tif',
    'no extension',
    'v1.2.png',
  ]
  expect(paths.map((path) => names.next(path))).toEqual([
    'cat.png',
    'cat-2.png',
    'Cat-3.png',
    'cat-2-2.png',
    'comparison-2.png',
    'no extension.png',
    'v1.2.png',
  ])
})

it.each([
  ['../../etc/passwd', 'passwd.png'],
  ['..\\..\\x.png', 'x.png'],
  ['..', 'image.png'],
  ['', 'image.png'],
  ['a/', 'image.png'],
  ['.png', 'png.png'],
  ['con', 'con_.png'],
  ['a:b*\u0000.png', 'a_b__.png'],
  ['x'.repeat(500), `${'x'.repeat(200)}.png`],
  ['é'.repeat(150), `${'é'.repeat(100)}.png`],
])('makes %j a safe name', (path, name) => {
  expect(new ImageNames().next(path)).toBe(name)
})
