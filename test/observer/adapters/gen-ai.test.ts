import { genAi } from '../../../src/observer/adapters/gen-ai.ts'
import { strict } from './strict.ts'

strict(genAi)
