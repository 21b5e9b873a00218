import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { GitRepository } from '../../support/git-repository.ts'
import { read } from './open.ts'

let repository: GitRepository | null = null

afterEach(() => repository?.remove())

it('runs nothing that a repository names: hooks, monitors, filters, diffs, conversions, pagers, keys', async () => {
  repository = new GitRepository()
  const trap = join(repository.path, '.git', 'sprung')
  repository.write('a.txt', 'one\n')
  repository.write('a.ts', 'one\n')
  const base = repository.commit()
  repository.write('a.txt', 'one\ntwo\n')
  repository.write('a.ts', 'one\ntwo\n')
  repository.write('.gitattributes', '* diff=evil filter=evil merge=evil\n')
  repository.commit()
  const script = join(repository.path, '.git', 'spring.sh')
  repository.write('.git/spring.sh', `#!/bin/sh\ntouch '${trap}'\ncat "$@" 2>/dev/null\nexit 0\n`)
  repository.run(['config', 'core.fileMode', 'false'], {})
  const { chmodSync } = await import('node:fs')
  chmodSync(script, 0o755)
  const settings: Record<string, string> = {
    'core.fsmonitor': script,
    'core.hooksPath': join(repository.path, '.git'),
    'core.pager': script,
    'core.editor': script,
    'core.sshCommand': script,
    'core.gitProxy': script,
    'core.alternateRefsCommand': script,
    'diff.external': script,
    'diff.evil.command': script,
    'diff.evil.textconv': script,
    'diff.noprefix': 'true',
    'diff.mnemonicPrefix': 'true',
    'diff.relative': 'true',
    'diff.orderFile': script,
    'diff.submodule': 'log',
    'diff.interHunkContext': '100',
    'diff.colorMoved': 'zebra',
    'color.ui': 'always',
    'filter.evil.clean': script,
    'filter.evil.smudge': script,
    'filter.evil.process': script,
    'log.showSignature': 'true',
    'log.showRoot': 'false',
    'gpg.program': script,
    'pager.log': script,
    'pager.blame': script,
    'blame.ignoreRevsFile': script,
    'format.pretty': 'oneline',
    'i18n.logOutputEncoding': 'UTF-16',
    'notes.displayRef': 'refs/notes/*',
    'remote.origin.url': `ext::${script}`,
    'remote.origin.promisor': 'true',
    'remote.origin.uploadpack': script,
    'extensions.partialClone': 'origin',
    'protocol.ext.allow': 'always',
    'credential.helper': script,
    'uploadpack.packObjectsHook': script,
  }
  for (const [name, value] of Object.entries(settings)) repository.git('config', name, value)

  const { changes } = await read(repository.path, `${base}..HEAD`)
  expect(changes[0]!.files).toMatchObject([
    { path: '.gitattributes', head: [[1, 1]] },
    { path: 'a.ts', added: [[2, 2]], head: [[2, 2]] },
    { path: 'a.txt', added: [[2, 2]], head: [[2, 2]] },
  ])
  expect(existsSync(trap)).toBe(false)
})
