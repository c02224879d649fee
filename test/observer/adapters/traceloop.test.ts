import { traceloop } from '../../../src/observer/adapters/traceloop.ts'
import { strict } from './strict.ts'

strict(traceloop)
