// Original file: proto/mmm.proto

import type { OutcomeKind as _mmm_v1_OutcomeKind, OutcomeKind__Output as _mmm_v1_OutcomeKind__Output } from '../../mmm/v1/OutcomeKind.ts';

export interface Outcome {
  'kind'?: (_mmm_v1_OutcomeKind);
  'message'?: (string);
  'leader'?: (string);
  '_leader'?: "leader";
}

export interface Outcome__Output {
  'kind': (_mmm_v1_OutcomeKind__Output);
  'message': (string);
  'leader'?: (string);
  '_leader'?: "leader";
}
