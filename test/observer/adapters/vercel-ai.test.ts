import { vercelAi } from '../../../src/observer/adapters/vercel-ai.ts'
import { strict } from './strict.ts'

strict(vercelAi)
