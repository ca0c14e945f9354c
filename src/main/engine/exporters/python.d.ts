/** A Python file as its text. */
declare module '*.py?raw' {
  const text: string
  // eslint-disable-next-line import-x/no-default-export -- what the bundler makes of such an import
  export default text
}
