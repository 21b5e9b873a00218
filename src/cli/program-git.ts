/** The commands that read a repository: `changes` and `deployed`. */
import { type Command, Option } from 'commander'
import type { ChangesFlags } from './commands/changes.ts'
import { collect } from './options.ts'

export function gitCommands(root: Command): void {
  changesCommand(root)
}

function common(command: Command): Command {
  return command
    .option('--config <file>', 'settings file (culprit.yaml)')
    .option('--set <section.name=value>', 'one setting; may be repeated', collect, [])
}

function changesCommand(root: Command): void {
  const formats = new Option('--format <format>', 'how it is printed')
    .choices(['table', 'json', 'ndjson'])
    .default('table')
  common(root.command('changes'))
    .description('what is between two revisions, and who or what wrote it')
    .argument('<repo>', 'a git repository')
    .argument('<range>', 'FROM..TO')
    .addOption(formats)
    .option('--json', 'the same as --format json', false)
    .option('--no-blame', 'without lines at the release head: faster')
    .action(async (repo: string, range: string, flags: ChangesFlags) => {
      const { runChanges } = await import('./commands/changes.ts')
      await runChanges(repo, range, flags)
    })
}
