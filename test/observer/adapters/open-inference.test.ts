import { openInference } from '../../../src/observer/adapters/open-inference.ts'
import { strict } from './strict.ts'

strict(openInference)
