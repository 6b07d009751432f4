// Original file: proto/mmm.proto

export const Network = {
  NETWORK_UNSPECIFIED: 'NETWORK_UNSPECIFIED',
  NETWORK_UP: 'NETWORK_UP',
  NETWORK_DOWN: 'NETWORK_DOWN',
  NETWORK_UNKNOWN: 'NETWORK_UNKNOWN',
} as const;

export type Network =
  | 'NETWORK_UNSPECIFIED'
  | 0
  | 'NETWORK_UP'
  | 1
  | 'NETWORK_DOWN'
  | 2
  | 'NETWORK_UNKNOWN'
  | 3

export type Network__Output = typeof Network[keyof typeof Network]
