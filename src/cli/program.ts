/** Every command with its arguments and options. A command's module is loaded when it is run. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { collect, instant } from './options.ts'
import { demoCommand } from './program-demo.ts'
import { gitCommands } from './program-git.ts'
import { serverCommands } from './program-server.ts'

interface Common {
  readonly config?: string
  readonly set: string[]
}

export function program(): Command {
  const root = new Command('culprit')
    .description(
      'Says which change broke production, who or what wrote it, and whether to roll back.',
    )
    .version(packageVersion(), '-V, --version', 'the version of the program')
    // Behind a command the name means the command's own option: the version that was deployed.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'culprit: ')) })
  serverCommands(root)
  demoCommand(root)
  replayCommand(root)
  gitCommands(root)
  configCommand(root)
  simulateCommand(root)
  evaluateCommand(root)
  return root
}

/** It lies as far above this file in the sources as in what is published. */
function packageVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function common(command: Command): Command {
  return command
    .option('--config <file>', 'settings file (culprit.yaml)')
    .option('--set <section.name=value>', 'one setting; may be repeated', collect, [])
}

function replayCommand(root: Command): void {
  common(root.command('replay'))
    .description('runs the whole pipeline on recorded input and prints what it finds')
    .argument('<file...>', 'OTLP JSON lines, CDEvents, .gz, .zst; - is standard input')
    .option('--verdicts', 'each change of a release’s verdict', false)
    .option('--rankings', 'the suspects at the alert, 3 and 10 minutes later', false)
    .option('--windows', 'each closed window', false)
    .option('--repo <path>', 'a repository with the history of a service', collect, [])
    .option('--until <time>', 'moves on to this instant after the last line', instant)
    .option('--json', 'accepted for uniformity: the output always is JSON lines')
    .action(
      async (
        files: string[],
        options: Common & {
          verdicts: boolean
          rankings: boolean
          windows: boolean
          repo: string[]
          until?: number
        },
      ) => {
        const { runReplay } = await import('./commands/replay.ts')
        await runReplay(files, options)
      },
    )
}

function configCommand(root: Command): void {
  common(root.command('config'))
    .description('what is in force, with the origin of each value')
    .option('--reference', 'every setting with type, default, bounds and why', false)
    .option('--json', 'as JSON', false)
    .action(async (options: Common & { reference: boolean; json: boolean }) => {
      const { runConfig } = await import('./commands/config.ts')
      runConfig(options)
    })
}

function simulateCommand(root: Command): void {
  root
    .command('simulate')
    .description('seeded faults against the real engine; with the sources only')
    .requiredOption('--seeds <n>', 'how many')
    .option('--seed <s>', 'the first', '1')
    .option('--plant <name>', 'a known bug, to see it found')
    .option('--json', 'the last line as JSON', false)
    .action(async (options) => {
      const { runSimulate } = await import('./commands/simulate.ts')
      await runSimulate(options)
    })
}

function evaluateCommand(root: Command): void {
  root
    .command('evaluate')
    .description('false alarms and finds on synthetic releases, beside other gates')
    .argument('<what>', 'detection')
    .option('--seed <n>', 'of the synthetic services', '1')
    .option('--cells <glob>', 'only these, * for any characters, separated by commas')
    .option('--services <n>', 'at most as many services of each cell: a quick look')
    .option('--workers <n>', 'threads; by default one a core')
    .option(
      '--dir <dir>',
      'finished pieces are kept here and not done again',
      '.culprit/evaluation',
    )
    .option('--no-run', 'run nothing: tell what has been measured')
    .option(
      '--out <dir>',
      'writes evaluation.json and the plots there, with what it held of the same seed',
    )
    .option('--json', 'one line of JSON', false)
    .action(async (what, options) => {
      const { runEvaluate } = await import('./commands/evaluate.ts')
      await runEvaluate(what, options)
    })
}
