import type { IncomingMessage } from 'node:http'

/** One slash, then what a path and its query may be made of. Node.js lets through what no browser sends, such as `//[`. */
const pathPattern = /^\/(?!\/)[\w.~!$&'()*+,;=:@/?%-]*$/

/** Where a request leads; null for what is no path. */
export function urlOf({ url = '/' }: IncomingMessage): URL | null {
  if (!pathPattern.test(url)) return null
  try {
    decodeURIComponent(url)
    return new URL(url, 'http://127.0.0.1')
  } catch {
    return null // A % that stands for no sign.
  }
}
