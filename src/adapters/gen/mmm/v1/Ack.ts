// Original file: proto/mmm.proto

import type { Refusal as _mmm_v1_Refusal, Refusal__Output as _mmm_v1_Refusal__Output } from '../../mmm/v1/Refusal.ts';

export interface Ack {
  'name'?: (string);
  'version'?: (string);
  'refusal'?: (_mmm_v1_Refusal);
  'reason'?: (string);
}

export interface Ack__Output {
  'name': (string);
  'version': (string);
  'refusal': (_mmm_v1_Refusal__Output);
  'reason': (string);
}
