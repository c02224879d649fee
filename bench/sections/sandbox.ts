import type { Section, Settings } from './section.ts'
export function sandbox(_settings: Settings): Section {
  return { title: 'Sandbox', note: '', round: async () => {}, tables: () => [], targets: () => [] }
}
