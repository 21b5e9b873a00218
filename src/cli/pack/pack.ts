/**
 * `npm run pack`: what is published, in `dist/culprit`: compiled JavaScript (sources below node_modules are
 * not stripped of types), the schemas, the page, and a package.json without development and pinned Node.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const out = join(root, 'dist/culprit')
const built = join(root, 'dist/built')

rmSync(out, { recursive: true, force: true })
rmSync(built, { recursive: true, force: true })
run('tsc', ['--outDir', built, '--sourceMap', 'false'])
if (!existsSync(join(root, 'dist/page/index.html'))) run('npm', ['run', '-s', 'build:page'])
mkdirSync(out, { recursive: true })
cpSync(join(built, 'src'), join(out, 'src'), { recursive: true })
rmSync(built, { recursive: true, force: true })
cpSync(join(root, 'src/cli/demo'), join(out, 'src/cli/demo'), {
  recursive: true,
  // What the compiler made stays; the shop's own files are data and are copied as they are.
  filter: (source) => !source.endsWith('.ts'),
})
cpSync(join(root, 'schemas'), join(out, 'schemas'), { recursive: true })
cpSync(join(root, 'dist/page'), join(out, 'dist/page'), { recursive: true })
for (const file of ['README.md', 'LICENSE']) cpSync(join(root, file), join(out, file))

const source = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
  string,
  unknown
>
const { name, version, description, license, type, engines, dependencies } = source
const published = {
  name,
  version,
  description,
  license,
  type,
  engines,
  bin: { culprit: 'src/cli/main.js' },
  exports: {
    './contracts/*': { types: './src/contracts/*.d.ts', default: './src/contracts/*.js' },
    './schemas/*': './schemas/*',
  },
  files: ['src', 'schemas', 'dist/page'],
  dependencies,
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
chmodSync(join(out, 'src/cli/main.js'), 0o755)
const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', join(root, 'dist')], {
  cwd: out,
  encoding: 'utf8',
})
const [{ filename, size }] = JSON.parse(packed) as [{ filename: string; size: number }]
process.stdout.write(`dist/${filename}, ${Math.round(size / 1024)} KB\n`)

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
}
