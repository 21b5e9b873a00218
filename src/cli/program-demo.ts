/** The command `demo`. */
import { type Command, Option } from 'commander'
import type { DemoFlags } from './commands/demo.ts'

export function demoCommand(root: Command): void {
  const story = new Option('--story <story>', 'what goes wrong')
    .choices(['errors', 'latency', 'logic', 'overlap'])
    .default('errors')
  root
    .command('demo')
    .description('ships a bad release in a small real shop and finds it')
    .addOption(story)
    .option('--keep', 'leaves it running at the end, until Ctrl-C', false)
    .option('--json', 'the result as the last line; what happens goes to standard error', false)
    .option('--record <dir>', 'keeps what came in as files that replay reads')
    .option('--url <url>', 'a running Culprit, instead of one of its own')
    .option(
      '--workers <n>',
      'processes that share the work, on KAFKA_BROKERS and REDIS_URL',
      Number,
      1,
    )
    .action(async (flags: DemoFlags) => {
      const { runDemo } = await import('./commands/demo.ts')
      await runDemo(flags)
    })
}
