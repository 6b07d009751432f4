// Original file: proto/mmm.proto

export const Gate = {
  GATE_UNSPECIFIED: 'GATE_UNSPECIFIED',
  GATE_PRESENT: 'GATE_PRESENT',
  GATE_ABSENT: 'GATE_ABSENT',
  GATE_ALTERED: 'GATE_ALTERED',
  GATE_UNKNOWN: 'GATE_UNKNOWN',
} as const;

export type Gate =
  | 'GATE_UNSPECIFIED'
  | 0
  | 'GATE_PRESENT'
  | 1
  | 'GATE_ABSENT'
  | 2
  | 'GATE_ALTERED'
  | 3
  | 'GATE_UNKNOWN'
  | 4

export type Gate__Output = typeof Gate[keyof typeof Gate]
