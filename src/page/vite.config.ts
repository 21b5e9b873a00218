/**
 * Builds the page into dist/page: one script and one style sheet with hashed names, no inline script (the
 * server's policy forbids it). Prints what is shipped, gzipped, and fails above the limit of 80 KB.
 */
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

const gzipBytesMax = 80 * 1024

function weigh(): Plugin {
  return {
    name: 'weigh',
    generateBundle(_options, bundle) {
      let bytes = 0
      for (const item of Object.values(bundle)) {
        if (!/\.(js|css)$/.test(item.fileName)) continue
        bytes += gzipSync(item.type === 'chunk' ? item.code : item.source).length
      }
      this.info(`scripts and styles: ${(bytes / 1024).toFixed(1)} KB gzip of at most 80`)
      if (bytes > gzipBytesMax) this.error('scripts and styles exceed 80 KB gzip')
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [weigh()],
  build: {
    outDir: join(import.meta.dirname, '../../dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
  },
})
