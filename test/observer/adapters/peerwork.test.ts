import { peerwork } from '../../../src/observer/adapters/peerwork.ts'
import { strict } from './strict.ts'

strict(peerwork)
