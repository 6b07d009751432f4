// Original file: proto/mmm.proto

export const Mode = {
  MODE_UNSPECIFIED: 'MODE_UNSPECIFIED',
  MODE_ACTIVE: 'MODE_ACTIVE',
  MODE_MANUAL: 'MODE_MANUAL',
  MODE_PASSIVE: 'MODE_PASSIVE',
  MODE_WAIT: 'MODE_WAIT',
} as const;

export type Mode =
  | 'MODE_UNSPECIFIED'
  | 0
  | 'MODE_ACTIVE'
  | 1
  | 'MODE_MANUAL'
  | 2
  | 'MODE_PASSIVE'
  | 3
  | 'MODE_WAIT'
  | 4

export type Mode__Output = typeof Mode[keyof typeof Mode]
