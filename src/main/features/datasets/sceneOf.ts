import { extname } from 'node:path'

/** What names of pairs differ in, as in x_real.png and x_mean.png, or NOISY_SRGB_010.PNG and GT_SRGB_010.PNG. */
const telling =
  /(^|[_\-. /])(noisy|noise|real|input|damaged|degraded|blur|blurred|blurry|lq|lr|before|clean|mean|gt|ground[_-]?truth|reference|target|original|sharp|hq|hr|after)(?=$|[_\-. ])/gi

/** A path or a name without its ending. */
export const withoutEnding = (path: string): string => path.slice(0, path.length - extname(path).length)

/** Names that people take for the same: upper case, and accents that one system writes as one character and another as two. */
export const likeName = (path: string): string => withoutEnding(path).normalize('NFC').toLowerCase()

/** What damaged and clean pictures of one scene have in common, by their names. */
export const sceneOf = (path: string): string =>
  likeName(path).replace(telling, (_, before: string) => (before === '/' ? '/' : ''))
