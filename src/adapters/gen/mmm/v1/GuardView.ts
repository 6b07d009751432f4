// Original file: proto/mmm.proto

import type { Gate as _mmm_v1_Gate, Gate__Output as _mmm_v1_Gate__Output } from '../../mmm/v1/Gate.ts';

export interface GuardView {
  'heardMs'?: (number | string);
  'problem'?: (string);
  'gate'?: (_mmm_v1_Gate);
  '_heardMs'?: "heardMs";
  '_problem'?: "problem";
}

export interface GuardView__Output {
  'heardMs'?: (number);
  'problem'?: (string);
  'gate': (_mmm_v1_Gate__Output);
  '_heardMs'?: "heardMs";
  '_problem'?: "problem";
}
