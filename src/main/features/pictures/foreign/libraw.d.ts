/** The package declares its wrapper for browsers only, not the module within it. */
declare module 'libraw-wasm/dist/libraw.js' {
  interface LibRaw {
    /** @throws a pointer to an exception of C++ */
    open(file: Uint8Array, settings: Record<string, unknown>): void
    metadata(all: boolean): { width: number; height: number; flip: number }
    imageData(): { width: number; height: number; colors: number; data: Uint8Array | Uint16Array }
    thumbnailData(): { data: Uint8Array } | undefined
    /** Objects live in its own memory until they are deleted. */
    delete(): void
  }
  const create: (options: { wasmBinary: Uint8Array; printErr: () => void }) => Promise<{
    readonly LibRaw: new () => LibRaw
  }>
  // eslint-disable-next-line import-x/no-default-export -- It is how the package exports it.
  export default create
  export type { LibRaw }
}
