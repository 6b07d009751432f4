// Original file: proto/mmm.proto

export const VoteKind = {
  VOTE_KIND_UNSPECIFIED: 'VOTE_KIND_UNSPECIFIED',
  VOTE_KIND_UP: 'VOTE_KIND_UP',
  VOTE_KIND_DEGRADED: 'VOTE_KIND_DEGRADED',
  VOTE_KIND_REFUSED: 'VOTE_KIND_REFUSED',
  VOTE_KIND_SILENT: 'VOTE_KIND_SILENT',
  VOTE_KIND_ABSTAIN: 'VOTE_KIND_ABSTAIN',
  VOTE_KIND_UNKNOWN: 'VOTE_KIND_UNKNOWN',
} as const;

export type VoteKind =
  | 'VOTE_KIND_UNSPECIFIED'
  | 0
  | 'VOTE_KIND_UP'
  | 1
  | 'VOTE_KIND_DEGRADED'
  | 2
  | 'VOTE_KIND_REFUSED'
  | 3
  | 'VOTE_KIND_SILENT'
  | 4
  | 'VOTE_KIND_ABSTAIN'
  | 5
  | 'VOTE_KIND_UNKNOWN'
  | 6

export type VoteKind__Output = typeof VoteKind[keyof typeof VoteKind]
