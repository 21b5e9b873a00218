/** The commands that run Culprit or ask a running one. */
import { type Command, Option } from 'commander'
import { collect, count } from './options.ts'

export function serverCommands(root: Command): void {
  upCommand(root)
  listCommands(root)
  explainCommands(root)
  topicsCommand(root)
  lettersCommand(root)
  root
    .command('doctor')
    .description('what is wrong with what arrives, most likely faults first')
    .option('--url <url>', 'a running Culprit')
    .option('--config <file>', 'settings file (culprit.yaml)')
    .option('--set <section.name=value>', 'one setting; may be repeated', collect, [])
    .option('--json', 'as JSON lines', false)
    .action(async (options) => {
      const { runDoctor } = await import('./commands/doctor.ts')
      await runDoctor(options)
    })
}

function topicsCommand(root: Command): void {
  const topics = root.command('topics').description('the topics on Kafka')
  for (const [action, says] of [
    ['check', 'whether each is there and as it must be'],
    ['create', 'makes what is missing'],
  ] as const) {
    topics
      .command(action)
      .description(says)
      .option('--config <file>', 'settings file (culprit.yaml)')
      .option('--set <section.name=value>', 'one setting; may be repeated', collect, [])
      .option('--json', 'as JSON lines', false)
      .action(async (options) => {
        const { runTopics } = await import('./commands/topics.ts')
        await runTopics(action, options)
      })
  }
  topics
    .command('reset')
    .description('a topic was deleted and made again: what reads it begins at its beginning')
    .argument('<topic>', 'one that Culprit reads, as otlp_spans or culprit.service-events')
    .option('--force', 'also where no unit stands beyond its end', false)
    .option('--config <file>', 'settings file (culprit.yaml)')
    .option('--set <section.name=value>', 'one setting; may be repeated', collect, [])
    .option('--json', 'as JSON lines', false)
    .action(async (topic: string, options) => {
      const { runReset } = await import('./commands/topics-reset.ts')
      await runReset(topic, options)
    })
}

function lettersCommand(root: Command): void {
  const letters = root.command('dead-letters').description('what was put aside, and why')
  const common = (command: Command) =>
    command
      .option('--config <file>', 'settings file (culprit.yaml)')
      .option('--set <section.name=value>', 'one setting; may be repeated', collect, [])
      .option('--json', 'as JSON lines', false)
  common(letters.command('list').description('the newest of them'))
    .option('--limit <n>', 'how many', count, 50)
    .action(async (options) => {
      const { runList } = await import('./commands/dead-letters.ts')
      await runList(options)
    })
  common(
    letters.command('show').description('one of them, with its bytes').argument('<id>'),
  ).action(async (id: string, options) => {
    const { runShow } = await import('./commands/dead-letters.ts')
    await runShow(id, options)
  })
  common(letters.command('retry').description('sends one again').argument('<id>')).action(
    async (id: string, options) => {
      const { runRetry } = await import('./commands/dead-letters.ts')
      await runRetry(id, options)
    },
  )
}

function upCommand(root: Command): void {
  root
    .command('up')
    .description('runs until a signal: OTLP on :4318, page, API and events on :8321')
    .option('--config <file>', 'settings file (culprit.yaml)')
    .option('--set <section.name=value>', 'one setting; may be repeated', collect, [])
    .option('--roles <list>', 'ingest,detect,attribute,deliver,web')
    .option('--record <dir>', 'keeps what came in as files that replay reads')
    .action(async (options) => {
      const { runUp } = await import('./commands/up.ts')
      await runUp(options)
    })
}

function listCommands(root: Command): void {
  const state = new Option('--state <state>', 'open or all')
    .choices(['open', 'all'])
    .default('open')
  root
    .command('incidents')
    .description('what broke')
    .addOption(state)
    .option('--url <url>', 'a running Culprit')
    .option('--from <file>', 'a replay’s output')
    .option('--json', 'as JSON lines', false)
    .action(async (options) => {
      const { runIncidents } = await import('./commands/incidents.ts')
      await runIncidents(options)
    })
  root
    .command('releases')
    .description('every release with its verdict')
    .option('--service <key>', 'environment/namespace/name')
    .option('--session <id>', 'those that hold changes of this session, with their incidents')
    .option('--model <model>', 'those that hold changes of this model, with their incidents')
    .option('--tool <tool>', 'those that hold changes of this tool, with their incidents')
    .option('--url <url>', 'a running Culprit')
    .option('--from <file>', 'a replay’s output')
    .option('--json', 'as JSON lines', false)
    .action(async (options) => {
      const { runReleases } = await import('./commands/releases.ts')
      await runReleases(options)
    })
}

function explainCommands(root: Command): void {
  root
    .command('explain')
    .description('why: every piece of evidence of an incident or release')
    .argument('<id>', 'inc_… or rel_…')
    .option('--baselines', 'what simpler rules would have said', false)
    .option('--url <url>', 'a running Culprit')
    .option('--from <file>', 'a replay’s output')
    .option('--json', 'as JSON', false)
    .action(async (id: string, options) => {
      const { runExplain } = await import('./commands/explain.ts')
      await runExplain(id, options)
    })
  root
    .command('windows')
    .description('closed windows of a service')
    .requiredOption('--service <key>', 'environment/namespace/name')
    .option('--from <time or file>', 'first instant; or, if it is a file, a replay’s output')
    .option('--to <time>', 'last instant')
    .option('--url <url>', 'a running Culprit')
    .option('--json', 'as JSON lines', false)
    .action(
      async (options: {
        service: string
        from?: string
        to?: string
        url?: string
        json: boolean
      }) => {
        const { runWindows } = await import('./commands/windows.ts')
        const isFile = options.from !== undefined && Number.isNaN(Date.parse(options.from))
        const { from, ...rest } = options
        await runWindows({
          ...rest,
          ...(from === undefined ? {} : isFile ? { file: from } : { from }),
        })
      },
    )
  root
    .command('alerts')
    .description('alerts as the topic carries them')
    .option('--follow', 'go on as they come', false)
    .option('--url <url>', 'a running Culprit')
    .option('--from <file>', 'a replay’s output')
    .option('--json', 'CDEvents as JSON lines', false)
    .action(async (options) => {
      const { runAlerts } = await import('./commands/alerts.ts')
      await runAlerts(options)
    })
}
