/** Text that is HTML (or SVG) already. */
export class Markup {
  constructor(readonly text: string) {}
}
type Part = string | number | Markup | Part[] | null

/** A template whose values are escaped unless they are markup; lists are joined, null is nothing. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(String.raw({ raw: texts }, ...parts.map(render)))
}

function render(part: Part): string {
  if (part === null) return ''
  if (Array.isArray(part)) return part.map(render).join('')
  return part instanceof Markup ? part.text : escape(String(part))
}

function escape(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}
