import { defineConfig } from 'vitest/config'

/** Tests that need real services: found by the set-up, skipped by name where they are not there. */
const withServices = [
  'test/adapters/{kafka,redis}/**/*.test.ts',
  'test/contract/{kafka,redis,redis-cluster}.test.ts',
  'test/distributed/**/*.test.ts',
]
const common = {
  isolate: false,
  pool: 'forks',
  testTimeout: 120_000,
  hookTimeout: 120_000,
} as const
const never = ['dist/**', 'node_modules/**', 'test/browser/**', 'test/bench/**']

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...never, ...withServices],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'services',
          include: withServices,
          exclude: never,
          globalSetup: ['test/support/services/global-setup.ts'],
          fileParallelism: false,
          // Alone on the machine: what they disturb answers in real time.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
