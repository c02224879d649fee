/** Peerwork's front door: everything public, by name, and nothing else. */

export { createAgent } from './node/agent.ts'
export { defineSkill } from './tasks/skill.ts'
export { ERRORS, PeerworkError } from './protocol/errors.ts'
export { TaskFailure } from './node/task-failure.ts'
export { toDsse } from './protocol/dsse.ts'
export type {
  Agent,
  AgentApi,
  AgentChanges,
  AgentInfo,
  AgentInit,
  AgentStatus,
  ObservedEvent,
  Peer,
  PeerEvent,
  RefusedPeer,
  SubmitOptions,
  SubmittedTask,
  TaskEvent,
  TaskResult,
  TaskSummary,
  TaskTiming,
  WatchFilter
} from './node/api.ts'
export type { Quota, QuotasInit } from './node/quota.ts'
export type { WorkStatus } from './node/work-status.ts'
export type { Finding, FindingCode } from './node/diagnosis/finding.ts'
export type { SupervisedLink } from './node/diagnosis/link.ts'
export type {
  Invitation,
  InviteOptions,
  Member,
  MembershipInfo,
  Revoked
} from './node/membership/api.ts'
export type { RouteCandidate, RouteExplanation } from './node/routing/told.ts'
export type { DsseEnvelope } from './protocol/dsse.ts'
export type { ErrorCode, ErrorFacts, ErrorRecord } from './protocol/errors.ts'
export type { JsonObject, JsonValue } from './protocol/json.ts'
export type { Role } from './protocol/membership/role.ts'
export type { Isolation, Usage } from './protocol/message/result.ts'
export type { Budget, Priority } from './protocol/message/task.ts'
export type { TraceEvent, TraceEventType } from './protocol/trace.ts'
export type { InputOf, OutputOf, SkillContext, SkillDefinition } from './tasks/skill.ts'
export type { SkillTrace } from './tasks/skill-trace.ts'
export type { SkillOffer, SkillSource } from './tasks/work.ts'
