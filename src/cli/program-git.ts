/** The commands that read a repository: `changes`, `provenance` and `deployed`. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ChangesFlags } from './commands/changes.ts'
import type { DeployedFlags } from './commands/deployed.ts'
import type { ProvenanceFlags } from './commands/provenance.ts'
import { collect, day, instant } from './options.ts'

export function gitCommands(root: Command): void {
  changesCommand(root)
  provenanceCommand(root)
  deployedCommand(root)
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
    .option('--pr <file>', 'pull-request facts, as exported by gh pr view --json')
    .action(async (repo: string, range: string, flags: ChangesFlags) => {
      const { runChanges } = await import('./commands/changes.ts')
      await runChanges(repo, range, flags)
    })
}

function provenanceCommand(root: Command): void {
  const formats = new Option('--format <format>', 'how it is printed')
    .choices(['table', 'json', 'svg'])
    .default('table')
  common(root.command('provenance'))
    .description('who and what wrote a history: the share of AI over time, by tool and model')
    .argument('<repo>', 'a git repository')
    .option('--since <date>', 'commits of this day and after it', day)
    .option('--revision <rev>', 'the history of this revision', 'HEAD')
    .option('--explain <sha>', 'one commit: which rule said what about which line')
    .option('--pr <file>', 'pull-request facts, as exported by gh pr view --json')
    .addOption(formats)
    .option('--json', 'the same as --format json', false)
    .action(async (repo: string, flags: ProvenanceFlags) => {
      const { runProvenance } = await import('./commands/provenance.ts')
      await runProvenance(repo, flags)
    })
}

function deployedCommand(root: Command): void {
  const oneOf = (flags: string, says: string, ...choices: string[]) =>
    new Option(flags, says).choices(choices)
  common(root.command('deployed'))
    .description('tells a running Culprit of a deployment, with the changes it brought')
    .requiredOption('--service <name>', 'service.name')
    .option('--namespace <namespace>', 'service.namespace')
    .requiredOption('--environment <name>', 'deployment.environment.name')
    .requiredOption('--version <version>', 'service.version')
    .option('--previous-version <version>', 'the version before')
    .option('--revision <sha>', 'the commit that was built')
    .option(
      '--attestation <file>',
      'SLSA provenance or OCI annotations of the artifact, for the commit that was built',
    )
    .option('--artifact <purl>', 'what was deployed; default pkg:generic/<service>@<version>')
    .option('--repo <path>', 'the repository of the service, for the changes')
    .option('--pr <file>', 'pull-request facts, as exported by gh pr view --json')
    .option('--from <rev>', 'what ran before')
    .option('--to <rev>', 'what runs now; default --revision, else HEAD')
    .addOption(
      oneOf(
        '--strategy <strategy>',
        'how it is rolled out',
        'all-at-once',
        'rolling',
        'canary',
        'blue-green',
      ),
    )
    .addOption(
      oneOf('--phase <phase>', 'how far it is; default finished', 'started', 'step', 'finished'),
    )
    .option('--share <fraction>', 'of the traffic that the new version gets, 0 to 1', fraction)
    .addOption(
      oneOf('--action <action>', 'what happened', 'deployed', 'upgraded', 'rolledback').default(
        'deployed',
      ),
    )
    .option('--deployment-id <id>', 'deployment.id')
    .option('--at <time>', 'when; default now', instant)
    .option('--id <id>', 'id of the event; default a hash of what it states')
    .option('--url <url>', 'a running Culprit; default http://127.0.0.1:8321')
    .option('--print', 'prints the event and sends nothing', false)
    .option('--json', 'the answer as JSON', false)
    .action(async (flags: DeployedFlags) => {
      const { runDeployed } = await import('./commands/deployed.ts')
      await runDeployed(flags)
    })
}

function fraction(text: string): number {
  const share = Number(text)
  if (text.trim() === '' || !(share >= 0 && share <= 1)) {
    throw new InvalidArgumentError('wants a fraction from 0 to 1')
  }
  return share
}
