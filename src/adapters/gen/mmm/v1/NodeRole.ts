// Original file: proto/mmm.proto

export const NodeRole = {
  NODE_ROLE_UNSPECIFIED: 'NODE_ROLE_UNSPECIFIED',
  NODE_ROLE_MASTER: 'NODE_ROLE_MASTER',
  NODE_ROLE_REPLICA: 'NODE_ROLE_REPLICA',
} as const;

export type NodeRole =
  | 'NODE_ROLE_UNSPECIFIED'
  | 0
  | 'NODE_ROLE_MASTER'
  | 1
  | 'NODE_ROLE_REPLICA'
  | 2

export type NodeRole__Output = typeof NodeRole[keyof typeof NodeRole]
