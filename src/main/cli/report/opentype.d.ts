/** Its ES module, which a bundle and Node.js read alike. */
declare module 'opentype.js/dist/opentype.mjs' {
  export * from 'opentype.js'
}
