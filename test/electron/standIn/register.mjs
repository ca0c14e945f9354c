import { register } from 'node:module'

// `import … from 'electron'` in the built main process gets the stand-in.
register('./resolve.mjs', import.meta.url)
