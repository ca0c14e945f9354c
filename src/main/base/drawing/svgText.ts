import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Font, parse, type PathCommand } from 'opentype.js/dist/opentype.mjs'

type Weight = 400 | 600

/** Between the middle of the text that SVG calls `central` and its baseline, in ems of Inter. */
const centralToBaseline = 0.36
const fonts = new Map<Weight, Font>()

/**
 * Turns the texts of an SVG into outlines of the font Inter, so that a picture looks the same on a machine without
 * fonts, where librsvg draws nothing or boxes. A text with characters that Inter's Latin set lacks stays a text.
 *
 * Understands what ECharts and `montage.ts` write: one line a text, with x, y, text-anchor, dominant-baseline and a
 * style that holds the font.
 */
export function outlineTexts(svg: string): string {
  return svg.replace(/<text([^>]*)>([^<]*)<\/text\s*>/g, (element, attributes: string, content: string) => {
    const path = outline(unescape(content).replace(/\s+/g, ' ').trim(), placeOf(attributes))
    if (path === null) return element
    const kept = attributes.replace(/\s(?:x|y|text-anchor|dominant-baseline|style|xml:space)="[^"]*"/g, '')
    return `<path ${kept.trim()} d="${path}"/>`
  })
}

/** Width in pixels. Characters that Inter lacks count as wide as its replacement box. */
export function textWidth(text: string, size: number, weight: Weight = 400): number {
  const font = loadFont(weight)
  const units = Array.from(text, (character) => font.charToGlyph(character).advanceWidth ?? 0)
  return (units.reduce((sum, width) => sum + width, 0) * size) / font.unitsPerEm
}

type Place = { x: number; y: number; size: number; weight: Weight; anchor: string }

function placeOf(attributes: string): Place {
  const read = (pattern: RegExp) => pattern.exec(attributes)?.[1]
  const size = Number(read(/font-size:\s*([\d.]+)px/) ?? 12)
  const baseline = read(/dominant-baseline="([^"]*)"/)
  return {
    x: Number(read(/\sx="([^"]*)"/) ?? 0),
    y: Number(read(/\sy="([^"]*)"/) ?? 0) + (baseline === 'central' ? size * centralToBaseline : 0),
    size,
    weight: /font-weight:\s*(?:bold|[6-9]00)/.test(attributes) ? 600 : 400,
    anchor: read(/text-anchor="([^"]*)"/) ?? 'start',
  }
}

/** The shape of a text as SVG path data, or null where the font lacks a character. Glyph by glyph, without kerning. */
function outline(text: string, { x, y, size, weight, anchor }: Place): string | null {
  const font = loadFont(weight)
  if (!Array.from(text).every((character) => font.charToGlyphIndex(character) > 0)) return null
  const width = textWidth(text, size, weight)
  let pen = x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0)
  let data = ''
  for (const character of text) {
    data += pathData(font.charToGlyph(character).getPath(pen, y, size).commands)
    pen += textWidth(character, size, weight)
  }
  return data
}

/** Its own `toPathData` loses parts of some round letters. */
function pathData(commands: PathCommand[]): string {
  const two = (...values: number[]) => values.map((value) => value.toFixed(2)).join(' ')
  return commands
    .map((command) => {
      switch (command.type) {
        case 'M':
        case 'L':
          return command.type + two(command.x, command.y)
        case 'Q':
          return `Q${two(command.x1, command.y1, command.x, command.y)}`
        case 'C':
          return `C${two(command.x1, command.y1, command.x2, command.y2, command.x, command.y)}`
        case 'Z':
          return 'Z'
      }
    })
    .join('')
}

function loadFont(weight: Weight): Font {
  let font = fonts.get(weight)
  if (!font) {
    const file = `@fontsource/inter/files/inter-latin-${weight}-normal.woff`
    const bytes = readFileSync(createRequire(import.meta.url).resolve(file))
    font = parse(Uint8Array.from(bytes).buffer)
    fonts.set(weight, font)
  }
  return font
}

function unescape(text: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name]!)
}
