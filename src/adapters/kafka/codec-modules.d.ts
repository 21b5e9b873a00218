/** The two codecs that come without types. */
declare module 'snappyjs' {
  const snappy: {
    compress(bytes: Uint8Array): Uint8Array
    /** Throws when the result would be longer than `lengthMax`. */
    uncompress(bytes: Uint8Array, lengthMax?: number): Uint8Array
  }
  export default snappy
}

declare module 'lz4js' {
  const lz4: {
    decompressBound(frame: Uint8Array): number
    decompress(frame: Uint8Array, lengthMax: number): Uint8Array
  }
  export default lz4
}
